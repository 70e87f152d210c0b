import SegNASReport
import Testing

struct LabelPaletteTests {
    @Test func coloursAreAsCSSWritesThem() {
        #expect(LabelPalette(count: 1).css == ["#ff9900"])
        #expect(LabelPalette(count: 0).css.isEmpty)
        #expect(LabelPalette(count: 255).css.allSatisfy { $0.count == 7 && $0.first == "#" })
    }

    @Test("labels differ in colour", arguments: [2, 8, 19, 30])
    func distinct(count: Int) {
        #expect(Set(LabelPalette(count: count).colours).count == count)
    }

    @Test func moreLabelsChangeNoColour() {
        #expect(LabelPalette(count: 30).css.prefix(5) == LabelPalette(count: 5).css[...])
    }
}

import Testing

@testable import SegNASDatasets

@Suite("Labels of a dataset")
struct LabelTableTests {
    @Test("Classes follow the stored values")
    func order() {
        let table = LabelTable(foreground: [
            .init(name: "b", value: 420), .init(name: "a", value: 205),
        ])
        #expect(table.foreground.map(\.name) == ["a", "b"])
        #expect(table.classCount == 3)
    }
}

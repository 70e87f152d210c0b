import Testing

@testable import SegNASReport

struct NestedLabelsTests {
    @Test func shellsEncloseWhatLiesWithin() {
        var canvas = Canvas([40, 40, 40])
        canvas.paintBall(1, at: [20, 20, 20], radius: 18)
        canvas.paintBall(2, at: [20, 20, 20], radius: 14)
        canvas.paintBall(3, at: [20, 20, 20], radius: 6)
        #expect(enclosed(canvas, 4) == [[1, 2], [2], [], []])
    }

    @Test func aSideMayBeOpen() {
        var canvas = Canvas([40, 40, 40])
        canvas.paintBox(1, [4, 4, 4], [36, 36, 36])
        canvas.paintBox(2, [8, 8, 0], [32, 32, 32])
        #expect(enclosed(canvas, 2) == [[1], []])
        // Two sides are not: what is seen through them is no longer within.
        canvas.paintBox(2, [8, 8, 0], [32, 32, 40])
        #expect(enclosed(canvas, 2) == [[], []])
    }

    @Test func neighboursHideNothing() {
        var canvas = Canvas([40, 20, 20])
        canvas.paintBall(1, at: [10, 10, 10], radius: 8)
        canvas.paintBall(2, at: [25, 10, 10], radius: 8)
        #expect(enclosed(canvas, 2) == [[], []])
    }

    /// The case of white matter, whose folds reach into grey matter as grey's do around it.
    @Test func ofTwoThatEncloseEachOtherTheOuterDoes() {
        var canvas = Canvas([36, 36, 36])
        canvas.paint(1) { all($0 .>= 2) && all($0 .< 34) }
        canvas.paint(2) { point in
            all(point .>= 6) && all(point .< 30) && Int(point.x + point.y + point.z) % 6 < 3
        }
        #expect(enclosed(canvas, 2) == [[1], []])
    }

    @Test func someLabelIsAlwaysShown() {
        var canvas = Canvas([12, 12, 12])
        canvas.paint(1) { _ in true }
        canvas.paint(2) { Int($0.x + $0.y + $0.z) % 2 == 0 }
        #expect(enclosed(canvas, 2).contains { $0.isEmpty })
        #expect(enclosed(Canvas([3, 3, 3]), 2) == [[], []])
    }

    private func enclosed(_ canvas: Canvas, _ count: Int) -> [[Int]] {
        NestedLabels.enclosed(canvas.values, size: canvas.size, count: count)
    }
}

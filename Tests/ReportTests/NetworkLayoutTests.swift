import Testing

@testable import SegNASReport

struct NetworkLayoutTests {
    /// Fewer where one cannot be planned, which `allArePlanned` tells.
    static let figures: [Named<NetworkFigure>] = {
        let searched = [8, 32].flatMap { n in
            (1...6).compactMap { p in
                (try? segnas(n: n, p: p, sup: true)).map { Named("n \(n), p \(p)", $0) }
            }
        }
        return searched + [try? vnet()].compactMap { $0.map { Named("V-Net", $0) } }
    }()

    @Test func allArePlanned() {
        #expect(Self.figures.count == 13)
    }

    @Test(arguments: figures)
    func boxesHoldTheirTexts(figure: Named<NetworkFigure>) {
        let layout = NetworkLayout(figure.value)
        for (level, box) in zip(figure.value.levels, layout.encoders) {
            expect(box, holds: figure.value.lines(of: level.encoder))
        }
        for (level, box) in zip(figure.value.levels, layout.decoders) {
            expect(box, holds: level.decoder.map(figure.value.lines) ?? [])
        }
        expect(layout.head, holds: figure.value.headLines)
    }

    @Test(arguments: figures)
    func boxesKeepApart(figure: Named<NetworkFigure>) {
        let layout = NetworkLayout(figure.value)
        let boxes = layout.encoders + layout.decoders + [layout.head]
        for (index, box) in boxes.enumerated() {
            #expect(!boxes[..<index].contains { $0.grown(by: 10).intersects(box) })
        }
    }

    @Test("no way leads through a box", arguments: figures)
    func waysKeepClear(figure: Named<NetworkFigure>) {
        let layout = NetworkLayout(figure.value)
        let arrows = NetworkArrows(layout: layout)
        let all = [arrows.descents, arrows.ascents, arrows.copies, arrows.ends].flatMap(\.self)
        let lines = (all + [arrows.supervision]).map { $0.points() }
        let paths = lines + arrows.branches.map { $0.points() }
        for box in layout.encoders + layout.decoders + [layout.head] {
            let inner = box.grown(by: -0.5)
            #expect(!paths.contains { $0.contains(where: inner.contains) })
        }
    }

    @Test func deeperLevelsAreWiderAndLower() throws {
        let boxes = NetworkLayout(try segnas(n: 32, p: 5)).encoders
        for (upper, lower) in zip(boxes, boxes.dropFirst()) {
            #expect(upper.width < lower.width)
            #expect(upper.height > lower.height)
        }
    }

    private func expect(_ box: Box, holds lines: [String]) {
        let widest = lines.map { textWidth($0, size: 12) }.max() ?? 0
        #expect(widest + 8 <= box.width)
        #expect(Double(lines.count) * NetworkLayout.lineHeight <= box.height)
    }
}

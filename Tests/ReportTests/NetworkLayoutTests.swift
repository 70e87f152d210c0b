import Testing

@testable import Report

struct NetworkLayoutTests {
    static let figures =
        [Named("V-Net", vnet)]
        + [8, 32].flatMap { n in
            (1...6).map { p in Named("n \(n), p \(p)", segnas(n: n, p: p, sup: true)) }
        }

    @Test(arguments: figures)
    func boxesHoldTheirTexts(figure: Named<NetworkFigure>) {
        let layout = NetworkLayout(figure.value)
        for (level, box) in zip(figure.value.levels, layout.encoders) {
            expect(box, holds: level.encoder.lines(size: level.size))
        }
        for (level, box) in zip(figure.value.levels, layout.decoders) {
            expect(box, holds: level.decoder?.lines(size: level.size) ?? [])
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

    @Test func deeperLevelsAreWiderAndLower() {
        let boxes = NetworkLayout(segnas(n: 32, p: 5)).encoders
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

import Testing

@testable import SegNASReport

struct BlockLayoutTests {
    @Test("labels are free in all graphs of up to four nodes", arguments: 2...4)
    func smallGraphs(nodes: Int) {
        let count = places(nodes: nodes).count
        for present in 0..<1 << count {
            let numbers = (0..<count).map { present >> $0 & 1 == 1 ? 2 + $0 % 5 : 0 }
            expectFreeLabels(block(nodes: nodes, numbers))
        }
    }

    @Test("labels are free in full graphs", arguments: 2...7)
    func fullGraphs(nodes: Int) {
        expectFreeLabels(fullBlock(nodes: nodes))
    }

    @Test("labels of any length find room")
    func longLabels() {
        let edges = places(nodes: 5).map { place in
            BlockFigure.Edge(
                from: place.from, to: place.to, .skip,
                label: String(repeating: "long ", count: place.to))
        }
        expectFreeLabels(BlockFigure(nodes: 5, edges: edges))
    }

    /// The least crossings of complete graphs with nodes in a row and arcs on two sides: 1, 3, 9 for 5, 6 and 7
    /// nodes (Ábrego et al., The 2-page crossing number of Kₙ, doi 10.1007/s00454-013-9514-0).
    @Test(arguments: [(2, 0), (3, 0), (4, 0), (5, 1), (6, 3), (7, 9)])
    func asFewArcsCrossAsCan(nodes: Int, least: Int) {
        let sides = ArcSides(places(nodes: nodes).filter { $0.to - $0.from > 1 })
        let arcs = Array(zip(sides.arcs, sides.tracks()))
        let crossings = arcs.flatMap { a in
            arcs.filter { b in
                a.0.from < b.0.from && b.0.from < a.0.to && a.0.to < b.0.to && a.1 * b.1 > 0
            }
        }
        #expect(crossings.count == least)
    }

    @Test func arcsThatShareATrackKeepApart() {
        let sides = ArcSides(places(nodes: 7).filter { $0.to - $0.from > 1 })
        let arcs = Array(zip(sides.arcs, sides.tracks()))
        for (index, a) in arcs.enumerated() {
            for b in arcs[..<index] where a.1 == b.1 {
                #expect(a.0.to <= b.0.from || b.0.to <= a.0.from)
            }
        }
    }

    @Test(arguments: [
        ([2, 0, 2], []), ([2, 0, 0, 0, 2, 2], [BlockFigure.Fault.noInput]),
        ([2, 2, 0, 0, 0, 2], [.noOutput]), ([0, 0, 2, 0, 0, 0], [.unconnected, .unconnected]),
        ([0], [.noOutput, .noInput]),
    ])
    func faultsAreFound(numbers: [Int], faults: [BlockFigure.Fault]) {
        let nodes = (2...4).first { places(nodes: $0).count == numbers.count } ?? 0
        #expect(block(nodes: nodes, numbers).faultyNodes.map(\.fault) == faults)
    }
}

/// A label touches no other label, no node and no arrow.
private func expectFreeLabels(
    _ figure: BlockFigure, sourceLocation: SourceLocation = #_sourceLocation
) {
    let layout = BlockLayout(figure)
    let lines = layout.arrows.map { $0.points(spacing: 1) }
    #expect(layout.labels.map(\.text) == figure.edges.map(\.label), sourceLocation: sourceLocation)
    for (index, label) in layout.labels.enumerated() {
        let others = layout.labels[..<index].map(\.box) + layout.nodes
        #expect(
            !others.contains { $0.intersects(label.box) }, "\(label.text) in \(figure.edges)",
            sourceLocation: sourceLocation)
        let touched = lines.indices.filter { lines[$0].contains(where: label.box.contains) }
        #expect(
            touched.isEmpty, "\(label.text) in \(figure.edges)", sourceLocation: sourceLocation)
    }
}

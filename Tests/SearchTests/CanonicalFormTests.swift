import SegNASRandomness
import Testing

@testable import SegNASSearch

struct CanonicalFormTests {
    @Test(arguments: [
        // No edge joins the inner nodes: they are ordered.
        ("{2,1,0,0,3,4}", "{1,2,0,0,4,3}"),
        ("{1,2,0,0,4,3}", "{1,2,0,0,4,3}"),
        ("{1,1,0,0,4,3}", "{1,1,0,0,3,4}"),
        // An edge joins them.
        ("{2,1,0,6,3,4}", "{2,1,0,6,3,4}"),
        // Three nodes have one inner node.
        ("{2,0,2}", "{2,0,2}"),
        // Two chains: 1 → 2 → 5 and 1 → 3 → 4 → 5 become 1 → 2 → 3 → 5 and 1 → 4 → 5.
        ("{1,1,0,0,0,0,1,1,0,1}", "{1,0,1,0,1,0,0,0,1,1}"),
    ])
    func examples(text: String, canonical: String) throws {
        #expect(try BlockGraph(parsing: text).canonical.description == canonical)
    }

    @Test(arguments: 2...7)
    func isSharedByAllRelabellings(nodes: Int) {
        var generator = SeededGenerator(seed: UInt64(nodes))
        for _ in 0..<100 {
            let graph = BlockGraph.random(nodes: nodes, using: &generator)
            let twin = graph.relabelled(using: &generator)
            let canonical = graph.canonical
            #expect(twin.canonical == canonical, "\(graph) and \(twin)")
            #expect(canonical.canonical == canonical)
            #expect(canonical.isLegal == graph.isLegal && twin.isLegal == graph.isLegal)
            #expect(canonical.illegalities.count == graph.illegalities.count)
            #expect(canonical.numbers.sorted() == graph.numbers.sorted())
        }
    }

    /// Exhaustive: 78,750 four-node graphs and 79,008 in all are the contract's numbers.
    @Test func distinctLegalGraphs() {
        let counts = (2...4).map { nodes in
            Set(BlockGraph.all(nodes: nodes).filter(\.isLegal).map(\.canonical)).count
        }
        #expect(counts == [6, 252, 78_750])
        #expect(counts.reduce(0, +) == 79_008)
    }
}

extension BlockGraph {
    /// Swaps random neighbours that no edge joins: any topological order is reached in such steps.
    fileprivate func relabelled(using generator: inout SeededGenerator) -> BlockGraph {
        var graph = self
        for _ in 0..<nodes * nodes where nodes > 3 {
            let node = Int.random(in: 2...nodes - 2, using: &generator)
            if graph[node, node + 1] == .none { graph = graph.swappingNames(node, node + 1) }
        }
        return graph
    }

    private func swappingNames(_ a: Int, _ b: Int) -> BlockGraph {
        let swapped = Edge.all(nodes: nodes).map { edge in
            let ends = [edge.from, edge.to].map { $0 == a ? b : $0 == b ? a : $0 }.sorted()
            return entry(Edge(from: ends[0], to: ends[1]))
        }
        return BlockGraph(nodes: nodes, entries: swapped)
    }
}

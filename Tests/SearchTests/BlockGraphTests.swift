import SegNASRandomness
import Testing

@testable import SegNASSearch

struct BlockGraphTests {
    @Test func entriesStandRowByRow() throws {
        let graph = try BlockGraph([1, 2, 3, 4, 5, 6])
        #expect(graph.nodes == 4)
        #expect(Edge.all(nodes: 4).map(\.description) == ["12", "13", "14", "23", "24", "34"])
        #expect(graph[1, 2] == .conv(kernel: 1, dilation: 1))
        #expect(graph[1, 4] == .conv(kernel: 5, dilation: 1))
        #expect(graph[2, 3] == .conv(kernel: 3, dilation: 2))
        #expect(graph[3, 4] == .skip)
        for (edge, operation) in zip(Edge.all(nodes: 4), graph.operations) {
            #expect(graph[edge.from, edge.to] == operation)
        }
    }

    @Test func operationsHaveThePapersNumbers() {
        let names = Operation.allCases.map(\.description)
        #expect(
            names == [
                "none", "Conv(1,1)", "Conv(3,1)", "Conv(5,1)", "Conv(3,2)", "Conv(5,2)", "skip",
            ])
        #expect(Operation.allCases.map(\.number) == Array(0...6))
    }

    @Test func fewerNodesUseTheLeadingSubmatrix() {
        let used = Edge.all(nodes: 4).map { $0.isUsed(nodes: 3) }
        #expect(used == [true, true, false, true, false, false])
    }

    /// Figure 2 of the paper draws legal and illegal graphs without their numbers; these are such ones.
    @Test(arguments: [
        ("{2,0,2}", []),
        ("{2,6,0,1,0,2}", []),
        ("{2,0,0,6,0,4}", []),
        ("{2,0,0,0,2,2}", [Illegality.source(node: 3)]),
        ("{2,2,0,0,0,2}", [.sink(node: 2)]),
        ("{0}", [.source(node: 2), .sink(node: 1)]),
        ("{0,0,2}", [.source(node: 2), .sink(node: 1)]),
        ("{0,2,0}", [.source(node: 2), .sink(node: 2)]),
        (
            "{0,0,0,0,0,0}",
            [
                .source(node: 2), .source(node: 3), .source(node: 4), .sink(node: 1),
                .sink(node: 2), .sink(node: 3),
            ]
        ),
    ])
    func illegality(text: String, reasons: [Illegality]) throws {
        let graph = try BlockGraph(parsing: text)
        #expect(graph.illegalities == reasons)
        #expect(graph.isLegal == reasons.isEmpty)
        #expect(graph.description == text)
    }

    @Test func illegalityInWords() {
        #expect("\(Illegality.source(node: 2))" == "node 2 is a source")
        #expect("\(Illegality.sink(node: 3))" == "node 3 is a sink")
    }

    @Test(arguments: [
        ("2,0,2", "\"2,0,2\" is no block; write its operations row by row, for example {2,0,2}"),
        ("{2,,2}", "\"{2,,2}\" is no block; write its operations row by row, for example {2,0,2}"),
        ("{}", "\"{}\" is no block; write its operations row by row, for example {2,0,2}"),
        ("", "\"\" is no block; write its operations row by row, for example {2,0,2}"),
        (
            "{2,0}",
            "a block does not have 2 operations; 2, 3, 4, 5, 6 or 7 nodes have 1, 3, 6, 10, 15 or 21"
        ),
        ("{7,0,-1}", "no operation is numbered 7 or -1; the numbers are 0 to 6"),
    ])
    func faults(text: String, words: String) {
        let error = #expect(throws: BlockGraphError.self) { try BlockGraph(parsing: text) }
        #expect(error?.description == words)
    }

    @Test func spacesMayStandBetweenNumbers() throws {
        #expect(try BlockGraph(parsing: " { 2, 0,2 }\n") == BlockGraph([2, 0, 2]))
    }
}

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

extension BlockGraph {
    /// Half of the operations are none, so that legal and illegal graphs and many orders occur.
    static func random(nodes: Int, using generator: inout SeededGenerator) -> BlockGraph {
        let entries = (0..<entryCount(nodes: nodes)).map { _ in
            Bool.random(using: &generator) ? 0 : UInt8.random(in: 0...6, using: &generator)
        }
        return BlockGraph(nodes: nodes, entries: entries)
    }

    /// Every graph with a number of nodes.
    static func all(nodes: Int) -> some Sequence<BlockGraph> {
        let count = entryCount(nodes: nodes)
        let total = (0..<count).reduce(1) { product, _ in product * 7 }
        return (0..<total).lazy.map { number in
            var rest = number
            var entries = [UInt8](repeating: 0, count: count)
            for index in entries.indices {
                entries[index] = UInt8(truncatingIfNeeded: rest % 7)
                rest /= 7
            }
            return BlockGraph(nodes: nodes, entries: entries)
        }
    }
}

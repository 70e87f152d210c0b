import SegNASSearch
import Testing

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

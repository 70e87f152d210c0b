/// The graph that every block of a network repeats: nodes are feature maps, edges are operations.
///
/// It is written as an upper triangular matrix of operation numbers, row by row (Wong & Moradi, MICCAI 2019, section
/// 2.1): `{2,0,2}` is edge 12 = 2, edge 13 = 0, edge 23 = 2, two cascaded Conv(3,1) between three nodes. The number
/// of entries gives the number of nodes. A graph may be illegal: see ``illegalities``.
public struct BlockGraph: Hashable, Sendable {
    public static let nodeCounts = 2...7

    public let nodes: Int
    /// Operation numbers row by row: one byte each, as searches make millions of graphs.
    let entries: [UInt8]

    /// Makes a graph from its operation numbers, row by row.
    public init(_ numbers: [Int]) throws(BlockGraphError) {
        guard let nodes = Self.nodes(entryCount: numbers.count) else {
            throw .entryCount(numbers.count)
        }
        let unknown = numbers.filter { !Operation.numbers.contains($0) }
        guard unknown.isEmpty else { throw .operations(unknown) }
        self.init(nodes: nodes, entries: numbers.map { UInt8($0) })
    }

    init(nodes: Int, entries: [UInt8]) {
        assert(entries.count == Self.entryCount(nodes: nodes))
        self.nodes = nodes
        self.entries = entries
    }

    static func entryCount(nodes: Int) -> Int {
        nodes * (nodes - 1) / 2
    }

    static func nodes(entryCount: Int) -> Int? {
        nodeCounts.first { Self.entryCount(nodes: $0) == entryCount }
    }
}

// MARK: - Access

extension BlockGraph {
    /// Operation numbers row by row.
    public var numbers: [Int] { entries.map { Int($0) } }

    /// The operations of all edges, in the order of `Edge.all(nodes:)`.
    public var operations: [Operation] { entries.map { Operation.allCases[Int($0)] } }

    /// The operation between two nodes, `row < column`, both counted from 1.
    public subscript(row: Int, column: Int) -> Operation {
        precondition(column <= nodes, "a block of \(nodes) nodes has no node \(column)")
        return Operation.allCases[Int(entry(Edge(from: row, to: column)))]
    }

    func entry(_ edge: Edge) -> UInt8 {
        entries[edge.index(nodes: nodes)]
    }
}

// MARK: - Coding

extension BlockGraph: Codable {
    /// Reads a list of operation numbers.
    public init(from decoder: any Decoder) throws {
        try self.init([Int](from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try numbers.encode(to: encoder)
    }
}

// Inner nodes have no identity: renaming them changes neither what a block computes nor what it can learn. A
// renaming keeps the matrix upper triangular exactly when it follows a topological order of the graph, the first
// node staying first and the last node last. The graphs that such renamings reach from one another form a class,
// and every member sees the whole class, so its lexicographically smallest operation list is the same for all.
//
// At most 5! = 120 orders for seven nodes: all are tried. For four nodes there is a choice only where no edge
// joins the two inner ones.

extension BlockGraph {
    /// The graph with the smallest operation list among those that differ only in the names of inner nodes.
    public var canonical: BlockGraph {
        var smallest = self
        for order in topologicalOrders {
            let other = reordered(order)
            if other.entries.lexicographicallyPrecedes(smallest.entries) { smallest = other }
        }
        return smallest
    }

    /// The orders of all nodes, from the first to the last, in which no edge leads backwards.
    private var topologicalOrders: [[Int]] {
        var orders = [[1]]
        for _ in 2..<nodes {
            orders = orders.flatMap { order in nextNodes(after: order).map { order + [$0] } }
        }
        return orders.map { $0 + [nodes] }
    }

    /// The inner nodes outside `order` whose inputs from other inner nodes all lie in it.
    private func nextNodes(after order: [Int]) -> [Int] {
        (2..<nodes).filter { node in
            !order.contains(node)
                && (2..<node).allSatisfy {
                    order.contains($0) || entry(Edge(from: $0, to: node)) == 0
                }
        }
    }

    /// The graph in which the nodes stand in another order; edges that this turns round are empty.
    private func reordered(_ order: [Int]) -> BlockGraph {
        let moved = Edge.all(nodes: nodes).map { edge in
            let (from, to) = (order[edge.from - 1], order[edge.to - 1])
            return from < to ? entry(Edge(from: from, to: to)) : 0
        }
        return BlockGraph(nodes: nodes, entries: moved)
    }
}

extension BlockGraph: CustomStringConvertible {
    /// The paper's notation: `{2,0,2}`.
    public var description: String {
        "{" + numbers.map(String.init).joined(separator: ",") + "}"
    }

    /// Reads a block as a person types it: `{2,0,2}` or `{2, 0, 2}`.
    public init(parsing text: String) throws(BlockGraphError) {
        let compact = text.filter { !$0.isWhitespace }
        guard compact.hasPrefix("{"), compact.hasSuffix("}") else { throw .syntax(text) }
        let parts = compact.dropFirst().dropLast().split(
            separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count else { throw .syntax(text) }
        try self.init(numbers)
    }
}

/// Why a list of operations is no block graph.
public enum BlockGraphError: Error, Hashable, Sendable {
    case syntax(String)
    case entryCount(Int)
    /// All numbers that stand for no operation.
    case operations([Int])
}

extension BlockGraphError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .syntax(let text):
            "\(quoted(text)) is no block; write its operations row by row, for example {2,0,2}"
        case .entryCount(let count):
            "a block does not have \(count) operations; 2, 3, 4, 5, 6 or 7 nodes have 1, 3, 6, 10, 15 or 21"
        case .operations(let numbers):
            "no operation is numbered \(numbers.map(String.init).joined(separator: " or ")); the numbers are 0 to 6"
        }
    }
}

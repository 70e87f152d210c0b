/// A place in the operation matrix: from a node to a later one, counted from 1 as the paper draws them.
public struct Edge: Hashable, Sendable {
    /// The row: the node that the operation reads.
    public let from: Int
    /// The column: the node that the operation adds to.
    public let to: Int

    public init(from: Int, to: Int) {
        precondition(
            1 <= from && from < to && to <= BlockGraph.nodeCounts.upperBound,
            "no edge leads from node \(from) to node \(to)")
        self.from = from
        self.to = to
    }

    /// The edges between so many nodes, row by row: 12, 13, 14, 23, 24, 34 for four.
    public static func all(nodes: Int) -> [Edge] {
        tables[nodes]
    }

    private static let tables = (0...BlockGraph.nodeCounts.upperBound).map { nodes in
        (0..<nodes).flatMap { row in (row + 1..<nodes).map { Edge(from: row + 1, to: $0 + 1) } }
    }

    /// Whether a block of so many nodes has this edge: it uses the leading principal submatrix.
    public func isUsed(nodes: Int) -> Bool {
        to <= nodes
    }

    /// Where the operation stands in the list of a block of so many nodes.
    func index(nodes: Int) -> Int {
        (from - 1) * (2 * nodes - from) / 2 + to - from - 1
    }
}

extension Edge: CustomStringConvertible {
    /// Both nodes without a space: `12`.
    public var description: String { "\(from)\(to)" }
}

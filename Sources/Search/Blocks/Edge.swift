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

    /// The edges of a block with the given number of nodes, row by row: 12, 13, 14, 23, 24, 34 for four.
    public static func all(nodes: Int) -> [Edge] {
        tables[nodes]
    }

    private static let tables = (0...BlockGraph.nodeCounts.upperBound).map { nodes in
        (0..<nodes).flatMap { row in (row + 1..<nodes).map { Edge(from: row + 1, to: $0 + 1) } }
    }

    /// True if a block with this number of nodes has the edge: it uses the leading principal submatrix.
    public func isUsed(nodes: Int) -> Bool {
        to <= nodes
    }

    /// The index of the operation in the list of a block with this number of nodes.
    func index(nodes: Int) -> Int {
        (from - 1) * (2 * nodes - from) / 2 + to - from - 1
    }
}

extension Edge: CustomStringConvertible {
    /// Both nodes without a space: `12`.
    public var description: String { "\(from)\(to)" }
}

/// The operation of an edge of a block: one of the paper's seven, numbered 0 to 6.
public enum Operation: Hashable, Sendable {
    case none
    /// A k×k×k convolution with a dilation, followed by batch normalization and ReLU.
    case conv(kernel: Int, dilation: Int)
    case skip
}

extension Operation: CaseIterable {
    /// All operations in the order of their numbers.
    public static let allCases: [Operation] = [
        .none, .conv(kernel: 1, dilation: 1), .conv(kernel: 3, dilation: 1),
        .conv(kernel: 5, dilation: 1), .conv(kernel: 3, dilation: 2),
        .conv(kernel: 5, dilation: 2), .skip,
    ]

    static let numbers = 0...6

    /// The paper's number; a convolution that the paper does not list has none, and traps.
    public var number: Int {
        guard let number = Self.allCases.firstIndex(of: self) else {
            preconditionFailure("\(self) is not among the paper's operations")
        }
        return number
    }
}

extension Operation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .none: "none"
        case .conv(let kernel, let dilation): "Conv(\(kernel),\(dilation))"
        case .skip: "skip"
        }
    }
}

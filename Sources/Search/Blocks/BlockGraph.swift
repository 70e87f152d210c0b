/// The graph that every block of a network repeats: nodes are feature maps, edges are operations.
///
/// Written as an upper triangular matrix of operation numbers, row by row (Wong & Moradi, MICCAI 2019, section
/// 2.1): `{2,0,2}` is edge 12 = 2, edge 13 = 0, edge 23 = 2, two cascaded Conv(3,1) between three nodes. The count
/// of entries says the count of nodes. A graph may be illegal: see ``illegalities``.
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

    /// In the order of `Edge.all(nodes:)`.
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

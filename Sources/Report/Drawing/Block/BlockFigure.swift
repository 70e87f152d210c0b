/// A drawing of a block: the paper's Figure 2.
///
/// Nodes stand in a row, numbered from 1; edges between neighbours are straight, all others arc over or under
/// the row so that as few as possible cross. Nodes that make the graph illegal are marked.
///
///     let figure = BlockFigure(
///         nodes: 2, edges: [.init(from: 1, to: 2, .convolution(kernel: 3, dilation: 1))])
///     let svg = figure.svg()
public struct BlockFigure: Hashable, Sendable {
    /// What an edge does to the features that pass along it.
    public enum Operation: Hashable, Sendable {
        /// Convolution, batch normalization and ReLU.
        case convolution(kernel: Int, dilation: Int)
        /// The features as they are.
        case skip
        /// A linear 1×1×1 convolution, where a skip changes the number of channels.
        case projection
    }

    /// An operation that leads from a node to a later one, both counted from 1.
    public struct Edge: Hashable, Sendable {
        public let from: Int
        public let to: Int
        public let operation: Operation
        /// The text beside the edge.
        public let label: String

        /// Without a label the edge bears its operation's name, such as `Conv(3,1)`.
        public init(from: Int, to: Int, _ operation: Operation, label: String? = nil) {
            self.from = from
            self.to = to
            self.operation = operation
            self.label = label ?? operation.name
        }
    }

    public static let nodeCounts = 2...7

    public let nodes: Int
    /// In the order of their nodes.
    public let edges: [Edge]
    public let title: String

    public init(nodes: Int, edges: [Edge], title: String = "Block") {
        precondition(Self.nodeCounts.contains(nodes), "a figure has 2 to 7 nodes, not \(nodes)")
        for edge in edges {
            precondition(
                1 <= edge.from && edge.from < edge.to && edge.to <= nodes,
                "no edge leads from node \(edge.from) to node \(edge.to) of \(nodes)")
        }
        let places = Set(edges.map { [$0.from, $0.to] })
        precondition(places.count == edges.count, "two edges join the same nodes")
        self.nodes = nodes
        self.edges = edges.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        self.title = title
    }

    /// An `<svg>` element, which is a document of its own and may be put into a page as it is.
    public func svg() -> String {
        drawing.svg(title: title, description: description)
    }

    /// The graph without its legend, for small pictures.
    public func thumbnail() -> String {
        BlockChain(self).drawing.svg(title: title, description: description)
    }
}

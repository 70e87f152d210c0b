public import SegNASSearch

/// A drawing of a block: the paper's Figure 2.
///
/// Nodes stand in a row, numbered from 1; edges between neighbours are straight, all others arc over or under
/// the row so that as few as possible cross. Nodes that make the graph illegal are marked.
///
///     let figure = BlockFigure(
///         nodes: 2, edges: [.init(from: 1, to: 2, .convolution(kernel: 3, dilation: 1))])
///     let svg = figure.svg()
public struct BlockFigure: Hashable, Sendable {
    /// The operation of an edge on the features that pass along it.
    public enum Operation: Hashable, Sendable {
        /// Convolution, batch normalization and ReLU.
        case convolution(kernel: Int, dilation: Int)
        /// The features as they are.
        case skip
        /// A linear 1×1×1 convolution, where a skip changes the number of channels.
        case projection
        /// Whatever it is.
        case any
    }

    /// An operation that leads from a node to a later one, both counted from 1.
    public struct Edge: Hashable, Sendable {
        public let from: Int
        public let to: Int
        public let operation: Operation
        /// The text beside the edge.
        public let label: String

        /// Makes an edge; without a label it has its operation's name, such as `Conv(3,1)`.
        public init(from: Int, to: Int, _ operation: Operation, label: String? = nil) {
            self.from = from
            self.to = to
            self.operation = operation
            self.label = label ?? operation.name
        }
    }

    public static let nodeCounts = 2...7

    public let nodes: Int
    /// The edges in the order of their nodes.
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

    /// An `<svg>` element, which is a whole document and may also be put into a page.
    public func svg() -> String {
        drawing.svg(title: title, description: description)
    }

    /// The graph without its legend, for small pictures.
    public func thumbnail() -> String { thumbnail(isStyled: true) }

    /// The same without its style, for a page that has it.
    func thumbnail(isStyled: Bool) -> String {
        BlockChain(self).drawing.svg(
            title: title, description: description, isStyled: isStyled)
    }
}

extension BlockFigure {
    /// Makes a figure of a block inside a network, where skips from the first node change the number of channels.
    public init(_ graph: BlockGraph) {
        let edges = SegNASSearch.Edge.all(nodes: graph.nodes).compactMap {
            edge -> BlockFigure.Edge? in
            let operation: Operation
            switch graph[edge.from, edge.to] {
            case .none: return nil
            case .conv(let kernel, let dilation):
                operation = .convolution(kernel: kernel, dilation: dilation)
            case .skip: operation = edge.from == 1 ? .projection : .skip
            }
            return BlockFigure.Edge(from: edge.from, to: edge.to, operation)
        }
        self.init(nodes: graph.nodes, edges: edges, title: "Block \(graph)")
    }
}

extension BlockFigure {
    /// A fault of a node, with which a graph cannot be built.
    enum Fault: Hashable {
        case noInput
        case noOutput
        case unconnected
    }

    /// The fault of a node: all but the first need an input, all but the last an output.
    func fault(of node: Int) -> Fault? {
        let noInput = node > 1 && !edges.contains { $0.to == node }
        let noOutput = node < nodes && !edges.contains { $0.from == node }
        return switch (noInput, noOutput) {
        case (true, true): .unconnected
        case (true, false): .noInput
        case (false, true): .noOutput
        case (false, false): nil
        }
    }
}

extension BlockFigure.Operation {
    /// The paper's name, which labels the edge.
    var name: String {
        switch self {
        case .convolution(let kernel, let dilation): "Conv(\(kernel),\(dilation))"
        case .skip: "skip"
        case .projection: "projection"
        case .any: "any"
        }
    }

    /// The text in the legend.
    var meaning: String {
        switch self {
        case .convolution(let kernel, let dilation):
            "\(kernel)×\(kernel)×\(kernel) convolution"
                + (dilation == 1 ? "" : ", dilation \(dilation)")
        case .skip: "skip: unchanged"
        case .projection: "1×1×1 projection"
        case .any: "any operation"
        }
    }
}

extension BlockFigure.Fault {
    var words: String {
        switch self {
        case .noInput: "has no input"
        case .noOutput: "has no output"
        case .unconnected: "is not connected"
        }
    }
}

extension BlockFigure {
    /// The graph in words, for those who cannot see it.
    var description: String {
        let ends = "A block of \(nodes) nodes from input 1 to output \(nodes). "
        let lines = edges.map {
            "\($0.from) to \($0.to)" + ($0.label.isEmpty ? "." : ": \($0.label).")
        }
        let faults = faultyNodes.map { "Node \($0.node) \($0.fault.words)." }
        return ends + (lines + faults).joined(separator: " ")
    }

    var faultyNodes: [(node: Int, fault: Fault)] {
        (1...nodes).compactMap { node in fault(of: node).map { (node, $0) } }
    }

    /// Notes that apply to all edges and nodes.
    var notes: [String] {
        let convolves = edges.contains { edge in
            if case .convolution = edge.operation { true } else { false }
        }
        let sums = (1...nodes).contains { node in edges.count { $0.to == node } > 1 }
        return [
            convolves ? "Batch normalization and ReLU follow each convolution." : nil,
            sums ? "Where arrows meet, features are summed." : nil,
        ].compactMap(\.self)
    }
}

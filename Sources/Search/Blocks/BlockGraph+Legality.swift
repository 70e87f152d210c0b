/// A reason why a block cannot be built.
public enum Illegality: Hashable, Sendable {
    /// Nothing leads into this node, and it is not the first.
    case source(node: Int)
    /// Nothing leaves this node, and it is not the last.
    case sink(node: Int)
}

extension Illegality: CustomStringConvertible {
    public var description: String {
        switch self {
        case .source(let node): "node \(node) is a source"
        case .sink(let node): "node \(node) is a sink"
        }
    }
}

extension BlockGraph {
    /// True if the first node is the only source and the last node the only sink.
    public var isLegal: Bool {
        let (sources, sinks) = ends
        return sources | sinks == 0
    }

    /// All reasons why the graph is illegal, sources first; empty for a legal one.
    public var illegalities: [Illegality] {
        let (sources, sinks) = ends
        return (1...nodes).filter { sources & 1 << $0 != 0 }.map(Illegality.source)
            + (1...nodes).filter { sinks & 1 << $0 != 0 }.map(Illegality.sink)
    }

    /// The sources except the first node and the sinks except the last, a bit for each node.
    private var ends: (sources: UInt, sinks: UInt) {
        var sources = UInt(1) << (nodes + 1) - 4
        var sinks = UInt(1) << nodes - 2
        for (edge, entry) in zip(Edge.all(nodes: nodes), entries) where entry != 0 {
            sources &= ~(1 << edge.to)
            sinks &= ~(1 << edge.from)
        }
        return (sources, sinks)
    }
}

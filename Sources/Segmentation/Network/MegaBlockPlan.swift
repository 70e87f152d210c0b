public import Search

/// A MegaBlock before it is built: a block graph between given channel counts, dropout, residual connection.
///
/// Wong & Moradi, MICCAI 2019, section 2.2. The first node carries the block's input channels, every other node its
/// output channels.
public struct MegaBlockPlan: Hashable, Sendable {
    /// `encoder.0`, or `decoder.0`: counted by level.
    public var name: String
    public var level: Int
    public var inputs: Int
    public var outputs: Int
    public var graph: BlockGraph
    public var isResidual: Bool
    public var dropout: Double

    /// What an edge of the graph does to its node's features.
    enum Step: Hashable {
        case layer(LayerPlan)
        case identity
    }

    /// The edges in use with what they do, in the order of the operation matrix.
    var steps: [(edge: Edge, step: Step)] {
        Edge.all(nodes: graph.nodes).compactMap { edge in
            step(edge).map { (edge, $0) }
        }
    }

    private func step(_ edge: Edge) -> Step? {
        let inputs = edge.from == 1 ? self.inputs : outputs
        let name = "\(self.name).edge\(edge.from)\(edge.to)"
        switch graph[edge.from, edge.to] {
        case .none: return nil
        case .conv(let kernel, let dilation):
            return .layer(
                .conv(name, inputs, outputs, kernel: kernel, dilation: dilation, level: level))
        case .skip:
            guard inputs != outputs else { return .identity }
            return .layer(.linear(name, inputs, outputs, bias: false, level: level))
        }
    }

    /// Conv(1,1) where the residual's channels differ from the block's.
    var projection: LayerPlan? {
        guard isResidual, inputs != outputs else { return nil }
        return .conv("\(name).residual", inputs, outputs, kernel: 1, level: level)
    }

    var layers: [LayerPlan] {
        let inGraph = steps.compactMap { edge, step -> LayerPlan? in
            if case .layer(let layer) = step { layer } else { nil }
        }
        return inGraph + [projection].compactMap(\.self)
    }
}

/// A MegaBlock before it is built: a block graph between given channel counts, dropout, residual connection.
///
/// Wong & Moradi, MICCAI 2019, section 2.2. The first node carries the block's input channels, every other node its
/// output channels.
package struct MegaBlockPlan: Hashable, Sendable {
    /// `encoder.0`, or `decoder.0`: counted by level.
    package let name: String
    package let level: Int
    package let inputs: Int
    package let outputs: Int
    package let graph: BlockGraph
    package let isResidual: Bool
    package let dropout: Double
    /// The edges in use, in the order of the operation matrix.
    package let steps: [Step]
    /// Conv(1,1) where the residual's channels differ from the block's.
    package let projection: LayerPlan?

    /// What an edge of the graph does to its node's features.
    package struct Step: Hashable, Sendable {
        package let edge: Edge
        /// Nil leaves the features as they are.
        package let layer: LayerPlan?
    }

    package init(
        name: String, level: Int, of levels: Pyramid, inputs: Int, outputs: Int, graph: BlockGraph,
        isResidual: Bool, dropout: Double
    ) {
        self.name = name
        self.level = level
        self.inputs = inputs
        self.outputs = outputs
        self.graph = graph
        self.isResidual = isResidual
        self.dropout = dropout
        steps = Edge.all(nodes: graph.nodes).compactMap { edge in
            let inputs = edge.from == 1 ? inputs : outputs
            let layer = "\(name).edge\(edge)"
            switch graph[edge.from, edge.to] {
            case .none: return nil
            case .conv(let kernel, let dilation):
                return Step(
                    edge: edge,
                    layer: .conv(
                        layer, inputs, outputs, kernel: kernel, dilation: dilation, level: level,
                        of: levels))
            case .skip where inputs == outputs: return Step(edge: edge, layer: nil)
            case .skip:
                return Step(
                    edge: edge, layer: .linear(layer, inputs, outputs, bias: false, level: level))
            }
        }
        projection =
            isResidual && inputs != outputs
            ? .conv("\(name).residual", inputs, outputs, kernel: 1, level: level, of: levels) : nil
    }

    package var layers: [LayerPlan] {
        steps.compactMap(\.layer) + [projection].compactMap(\.self)
    }
}

/// The plan of a network of the searched family: Wong & Moradi, MICCAI 2019, figure 1.
///
/// Channels double after each max pooling and halve after each upsampling; encoder features are concatenated with the
/// upsampled ones. With deep supervision the bottom and every decoder level are mapped to scores.
package struct SegNASPlan: FamilyPlan {
    package let network: SegNAS
    /// The blocks from the top to the bottom, p + 1 of them.
    package let encoder: [MegaBlockPlan]
    /// The blocks from the level above the bottom to the top, p of them, on upsampled and copied features.
    package let decoder: [MegaBlockPlan]
    /// The maps from features to scores, lowest level first.
    ///
    /// Deep supervision upsamples the features of all levels to full size, concatenates them and maps them by one
    /// 1×1×1 convolution. As that is linear, mapping each level first and adding up is the same function at a fraction
    /// of the memory; the convolution's one bias stays with the top level.
    package let heads: [LayerPlan]

    package init(_ network: SegNAS, channels: Int, classes: Int) {
        // Channels of the features at a level: n at the top.
        func width(_ level: Int) -> Int { network.n << level }
        func block(_ path: String, _ level: Int, inputs: Int) -> MegaBlockPlan {
            MegaBlockPlan(
                name: "\(path).\(level)", level: level, inputs: inputs, outputs: width(level),
                graph: network.block, isResidual: network.res, dropout: network.dropout)
        }
        self.network = network
        encoder = (0...network.p).map { level in
            block("encoder", level, inputs: level == 0 ? channels : width(level - 1))
        }
        decoder = (0..<network.p).reversed().map { level in
            block("decoder", level, inputs: width(level + 1) + width(level))
        }
        let levels = network.sup ? Array((0...network.p).reversed()) : [0]
        heads = levels.map { level in
            .linear("head.\(level)", width(level), classes, bias: level == 0, level: level)
        }
    }

    package var layers: [LayerPlan] { (encoder + decoder).flatMap(\.layers) + heads }

    package var stages: [StagePlan] {
        encoder.map { StagePlan(.encoder, $0) } + decoder.map { StagePlan(.decoder, $0) }
    }

    package var poolings: Int { network.p }
    package var descent: Descent { .maxPooling }
    package var ascent: Ascent { .nearest }
    package var isSupervised: Bool { network.sup }
    package var isResidual: Bool { network.res }
    package var dropout: Double { network.dropout }
}

extension StagePlan {
    /// Makes a stage of a block, whose graph connects its layers.
    fileprivate init(_ path: Path, _ block: MegaBlockPlan) {
        self.init(
            path: path, level: block.level, inputs: block.inputs, outputs: block.outputs,
            layers: block.layers)
    }
}

/// The plan of a MegaBlock: a block graph between given channel counts, dropout, residual connection.
///
/// Wong & Moradi, MICCAI 2019, section 2.2. The first node carries the block's input channels, every other node its
/// output channels.
package struct MegaBlockPlan: Hashable, Sendable {
    /// The path and the level: `encoder.0`, `decoder.0`.
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

    /// The layer of an edge of the graph.
    package struct Step: Hashable, Sendable {
        package let edge: Edge
        /// Nil leaves the features as they are.
        package let layer: LayerPlan?
    }

    package init(
        name: String, level: Int, inputs: Int, outputs: Int, graph: BlockGraph, isResidual: Bool,
        dropout: Double
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
                        layer, inputs, outputs, kernel: kernel, dilation: dilation, level: level))
            case .skip where inputs == outputs: return Step(edge: edge, layer: nil)
            case .skip:
                return Step(
                    edge: edge, layer: .linear(layer, inputs, outputs, bias: false, level: level))
            }
        }
        projection =
            isResidual && inputs != outputs
            ? .conv("\(name).residual", inputs, outputs, kernel: 1, level: level) : nil
    }

    package var layers: [LayerPlan] {
        steps.compactMap(\.layer) + [projection].compactMap(\.self)
    }
}

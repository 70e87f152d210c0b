internal import Search

/// The searched family before it is built: Wong & Moradi, MICCAI 2019, figure 1.
///
/// Channels double after each max pooling and halve after each upsampling; encoder features are concatenated with the
/// upsampled ones. With deep supervision the bottom and every decoder level are mapped to scores.
struct SegNASPlan {
    let network: SegNAS
    let channels: Int
    let classes: Int

    init(_ network: SegNAS, channels: Int, classes: Int) {
        self.network = network
        self.channels = channels
        self.classes = classes
    }

    /// Channels of the features at a level: n at the top.
    func width(_ level: Int) -> Int {
        network.n << level
    }

    /// From the top to the bottom, p + 1 blocks.
    var encoder: [MegaBlockPlan] {
        (0...network.p).map { level in
            block("encoder", level, inputs: level == 0 ? channels : width(level - 1))
        }
    }

    /// From the level above the bottom to the top, p blocks: upsampled and copied features in.
    var decoder: [MegaBlockPlan] {
        (0..<network.p).reversed().map { level in
            block("decoder", level, inputs: width(level + 1) + width(level))
        }
    }

    private func block(_ path: String, _ level: Int, inputs: Int) -> MegaBlockPlan {
        MegaBlockPlan(
            name: "\(path).\(level)", level: level, inputs: inputs, outputs: width(level),
            graph: network.block, isResidual: network.res, dropout: network.dropout)
    }

    /// The maps from features to scores, lowest level first.
    ///
    /// Deep supervision upsamples the features of all levels to full size, concatenates them and maps them by one
    /// 1×1×1 convolution. As that is linear, mapping each level first and adding up is the same function at a fraction
    /// of the memory; the convolution's one bias stays with the top level.
    var heads: [LayerPlan] {
        let levels = network.sup ? Array((0...network.p).reversed()) : [0]
        return levels.map { level in
            .linear("head.\(level)", width(level), classes, bias: level == 0, level: level)
        }
    }

    var stages: [StagePlan] {
        (encoder.map { (StagePlan.Path.encoder, $0) } + decoder.map { (.decoder, $0) })
            .map { path, block in
                StagePlan(
                    path: path, level: block.level, inputs: block.inputs, outputs: block.outputs,
                    layers: block.layers)
            }
    }

    var layers: [LayerPlan] {
        (encoder + decoder).flatMap(\.layers) + heads
    }
}

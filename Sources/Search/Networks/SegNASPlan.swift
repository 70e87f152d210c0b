/// The searched family before it is built: Wong & Moradi, MICCAI 2019, figure 1.
///
/// Channels double after each max pooling and halve after each upsampling; encoder features are concatenated with the
/// upsampled ones. With deep supervision the bottom and every decoder level are mapped to scores.
package struct SegNASPlan: FamilyPlan {
    package let network: SegNAS
    package let levels: Pyramid
    /// From the top to the bottom, p + 1 blocks.
    package let encoder: [MegaBlockPlan]
    /// From the level above the bottom to the top, p blocks: upsampled and copied features in.
    package let decoder: [MegaBlockPlan]
    /// The maps from features to scores, lowest level first.
    ///
    /// Deep supervision upsamples the features of all levels to full size, concatenates them and maps them by one
    /// 1×1×1 convolution. As that is linear, mapping each level first and adding up is the same function at a fraction
    /// of the memory; the convolution's one bias stays with the top level.
    package let heads: [LayerPlan]

    package init(_ network: SegNAS, channels: Int, classes: Int, levels: Pyramid) {
        // Channels of the features at a level: n at the top.
        func width(_ level: Int) -> Int { network.n << level }
        func block(_ path: String, _ level: Int, inputs: Int) -> MegaBlockPlan {
            MegaBlockPlan(
                name: "\(path).\(level)", level: level, of: levels, inputs: inputs,
                outputs: width(level), graph: network.block, isResidual: network.res,
                dropout: network.dropout)
        }
        self.network = network
        self.levels = levels
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

    package var descent: Descent { .maxPooling }
    package var ascent: Ascent { .nearest }
    package var isSupervised: Bool { network.sup }
    package var isResidual: Bool { network.res }
    package var dropout: Double { network.dropout }
}

extension StagePlan {
    /// A block, whose layers its graph connects.
    fileprivate init(_ path: Path, _ block: MegaBlockPlan) {
        self.init(
            path: path, level: block.level, inputs: block.inputs, outputs: block.outputs,
            layers: block.layers)
    }
}

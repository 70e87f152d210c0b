/// The plan of one of nnU-Net's networks.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z. Convolutions with biases, instance normalization and leaky
/// ReLU; the first of a stage strides down, transposed convolutions lead up, and each level of the decoder has a head.
/// Checked against `dynamic-network-architectures`.
package struct NNUNetPlan: FamilyPlan {
    package let network: NNUNet
    package let levels: Pyramid
    /// The first convolution, which only the residual encoder has.
    package let stem: LayerPlan?
    /// From the top to the bottom.
    package let encoder: [[Unit]]
    /// From the level above the bottom to the top.
    package let decoder: [Ascension]
    /// Maps from features to scores, the lowest level first; the last gives the scores of full size.
    package let heads: [LayerPlan]

    /// What a stage of the encoder repeats.
    package enum Unit: Hashable, Sendable {
        case convolution(LayerPlan)
        case block(Block)
    }

    /// Two convolutions to whose values the block's input is added before the last activation.
    ///
    /// Where the size changes the input is averaged, and projected where the channels do (ResNet-D: He et al. 2019,
    /// arXiv:1812.01187).
    package struct Block: Hashable, Sendable {
        package let first: LayerPlan
        package let second: LayerPlan
        package let projection: LayerPlan?
    }

    /// Enlargement and convolutions of a decoder level.
    package struct Ascension: Hashable, Sendable {
        package let up: LayerPlan
        package let convolutions: [LayerPlan]
    }

    package init(_ network: NNUNet, channels: Int, classes: Int, levels: Pyramid) {
        let layers = Layers(levels: levels)
        let isResidual = network.encoder == .residual
        self.network = network
        self.levels = levels
        stem =
            isResidual
            ? layers.convolution("stem", channels, network.width(0), level: 0) : nil
        encoder = (0..<network.stages).map { level in
            let above = level == 0 ? channels : network.width(level - 1)
            let width = network.width(level)
            guard isResidual else {
                return layers.pair("encoder.\(level)", above, width, level: level, descends: true)
                    .map(Unit.convolution)
            }
            let inputs = level == 0 ? width : above
            return (0..<network.blocks[level]).map { index in
                let isFirst = index == 0
                return .block(
                    layers.block(
                        "encoder.\(level).block\(index + 1)", isFirst ? inputs : width, width,
                        level: level, descends: isFirst))
            }
        }
        decoder = (0..<network.stages - 1).reversed().map { level in
            let width = network.width(level)
            let name = "decoder.\(level)"
            let pair = layers.pair(name, 2 * width, width, level: level, descends: false)
            return Ascension(
                up: layers.up("\(name).up", network.width(level + 1), width, level: level),
                convolutions: Array(pair.prefix(isResidual ? 1 : 2)))
        }
        heads = decoder.indices.reversed().map { level in
            .linear("head.\(level)", network.width(level), classes, bias: true, level: level)
        }
    }

    package var layers: [LayerPlan] {
        [stem].compactMap(\.self) + encoder.flatMap { $0.flatMap(\.layers) }
            + decoder.flatMap { [$0.up] + $0.convolutions } + heads
    }

    package var stages: [StagePlan] {
        encoder.enumerated().map { level, units in
            let stem = level == 0 ? [stem].compactMap(\.self) : []
            return StagePlan(.encoder, stem + units.flatMap(\.convolutions))
        } + decoder.map { StagePlan(.decoder, $0.convolutions) }
    }

    package var descent: Descent { .convolution(kernel: 3) }
    package var ascent: Ascent { .transposedConvolution(kernel: 2) }
    /// Its heads are compared with the labels each for itself, and do not lead to the scores.
    package var isSupervised: Bool { false }
    package var isResidual: Bool { false }
    package var dropout: Double { 0 }
}

extension NNUNetPlan.Unit {
    /// In the order in which they are built.
    package var layers: [LayerPlan] {
        switch self {
        case .convolution(let layer): [layer]
        case .block(let block):
            [block.first, block.second] + [block.projection].compactMap(\.self)
        }
    }

    /// Those on the main path.
    fileprivate var convolutions: [LayerPlan] {
        switch self {
        case .convolution(let layer): [layer]
        case .block(let block): [block.first, block.second]
        }
    }
}

// MARK: - Layers

/// The layers that all of nnU-Net's networks are made of, for given levels.
private struct Layers {
    let levels: Pyramid

    private func stride(_ level: Int, descends: Bool) -> SIMD3<Int> {
        descends && level > 0 ? levels.strides[level - 1] : [1, 1, 1]
    }

    func convolution(
        _ name: String, _ inputs: Int, _ outputs: Int, level: Int, descends: Bool = false
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs,
            kernel: levels.kernel(3, atLevel: level), stride: stride(level, descends: descends),
            hasBias: true, normalization: .instance, activation: .leakyReLU, level: level)
    }

    func pair(
        _ name: String, _ inputs: Int, _ outputs: Int, level: Int, descends: Bool
    ) -> [LayerPlan] {
        [
            convolution("\(name).conv1", inputs, outputs, level: level, descends: descends),
            convolution("\(name).conv2", outputs, outputs, level: level),
        ]
    }

    func block(
        _ name: String, _ inputs: Int, _ outputs: Int, level: Int, descends: Bool
    ) -> NNUNetPlan.Block {
        var second = convolution("\(name).conv2", outputs, outputs, level: level)
        second.activation = .none
        // At first a block leaves its input as it is.
        second.initialScale = 0
        let projection = LayerPlan(
            name: "\(name).skip", inputs: inputs, outputs: outputs, kernel: [1, 1, 1],
            normalization: .instance, activation: .none, level: level)
        return NNUNetPlan.Block(
            first: convolution(
                "\(name).conv1", inputs, outputs, level: level, descends: descends),
            second: second, projection: inputs == outputs ? nil : projection)
    }

    func up(_ name: String, _ inputs: Int, _ outputs: Int, level: Int) -> LayerPlan {
        let stride = levels.strides[level]
        return LayerPlan(
            name: name, inputs: inputs, outputs: outputs, kernel: stride, stride: stride,
            isTransposed: true, hasBias: true, normalization: .none, activation: .none,
            // As PyTorch counts them.
            fanIn: outputs * stride.x * stride.y * stride.z, level: level)
    }
}

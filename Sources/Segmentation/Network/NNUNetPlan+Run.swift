internal import SegNASSearch
internal import SegNASTorch

/// nnU-Net's networks: an encoder that strides down, and a decoder with a head at each level.
extension NNUNetPlan: RunnablePlan {
    func run(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        var (y, copies) = try encode(x, through: layers)
        for level in decoder { y = try level.run(y, beside: copies.removeLast(), layers) }
        return try layers[heads[heads.count - 1]](y, training: training)
    }

    func scores(
        _ x: ShardedTensor, through layers: LayerList
    ) throws(TorchError) -> [ShardedTensor] {
        var (y, copies) = try encode(x, through: layers)
        var scores: [ShardedTensor] = []
        for (level, head) in zip(decoder, heads) {
            y = try level.run(y, beside: copies.removeLast(), layers)
            scores.append(try layers[head](y, training: true))
        }
        return scores.reversed()
    }

    /// The features of the bottom level, and of the levels above it from the top down.
    private func encode(
        _ x: ShardedTensor, through layers: LayerList
    ) throws(TorchError) -> (bottom: ShardedTensor, copies: [ShardedTensor]) {
        var features: [ShardedTensor] = []
        var y = x
        if let stem { y = try layers[stem](y, training: true) }
        for stage in encoder {
            for unit in stage { y = try unit.run(y, layers) }
            features.append(y)
        }
        return (y, features.dropLast())
    }
}

// Instance normalization is the same in training and afterwards.

extension NNUNetPlan.Ascension {
    /// `[N, C, D, H, W]` from the level below, beside the encoder's features of this level.
    fileprivate func run(
        _ x: ShardedTensor, beside copy: ShardedTensor, _ layers: LayerList
    ) throws(TorchError) -> ShardedTensor {
        let joined = try ShardedTensor.concatenated(
            [layers[up](x, training: true), copy], along: 1)
        return try layers.run(convolutions, joined, training: true)
    }
}

extension NNUNetPlan.Unit {
    fileprivate func run(
        _ x: ShardedTensor, _ layers: LayerList
    ) throws(TorchError) -> ShardedTensor {
        switch self {
        case .convolution(let layer): try layers[layer](x, training: true)
        case .block(let block): try block.run(x, layers)
        }
    }
}

extension NNUNetPlan.Block {
    fileprivate func run(
        _ x: ShardedTensor, _ layers: LayerList
    ) throws(TorchError) -> ShardedTensor {
        let main = try layers[second].summand(.features(layers[first](x, training: true)))
        return try .sum(
            [main, shortcut(x, layers)], training: true, slope: PlannedLayer.leakySlope)
    }

    /// The input at the output's size and with its channels.
    private func shortcut(
        _ x: ShardedTensor, _ layers: LayerList
    ) throws(TorchError) -> Summand<ShardedTensor> {
        let isSame = first.stride == [1, 1, 1]
        let y = isSame ? x : try x.averagePool3D(size: Extent(xyz: first.stride))
        guard let projection else { return Summand(y) }
        return try layers[projection].summand(.features(y))
    }
}

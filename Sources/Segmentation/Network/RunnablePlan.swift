internal import SegNASSearch
internal import SegNASTorch

/// A family's plan that knows how its layers, once built, are run.
protocol RunnablePlan: FamilyPlan {
    /// Turns `[N, I, D, H, W]` into `[N, classes, D, H, W]`; D, H and W are multiples of what the poolings divide by.
    func run(_ x: Tensor, through layers: LayerList, training: Bool) throws(TorchError) -> Tensor

    /// In training the scores that are compared with labels: those of full size, then maybe of levels below, in order.
    func scores(_ x: Tensor, through layers: LayerList) throws(TorchError) -> [Tensor]
}

extension RunnablePlan {
    func scores(_ x: Tensor, through layers: LayerList) throws(TorchError) -> [Tensor] {
        [try run(x, through: layers, training: true)]
    }

    /// Of the pooling that leads to a level.
    fileprivate func stride(toLevel level: Int) -> Extent { Extent(xyz: levels.strides[level - 1]) }
}

extension NetworkPlan.Family {
    var runnable: any RunnablePlan {
        switch self {
        case .segnas(let plan): plan
        case .unet3d(let plan): plan
        case .vnet(let plan): plan
        case .nnunet(let plan): plan
        }
    }
}

/// The searched family: an encoder and a decoder of MegaBlocks.
extension SegNASPlan: RunnablePlan {
    func run(_ x: Tensor, through layers: LayerList, training: Bool) throws(TorchError) -> Tensor {
        var (y, copies) = try encode(x, through: layers, training: training)
        var scores = isSupervised ? try layers[heads[0]](y, training: training) : nil
        for (index, block) in decoder.enumerated() {
            let joined = JoinedFeatures(lower: y, same: copies.removeLast())
            y = try block.run(.joined(joined), through: layers, training: training)
            guard let deeper = scores else { continue }
            scores =
                try deeper.upsampled(by: stride(toLevel: block.level + 1))
                + layers[heads[index + 1]](y, training: training)
        }
        if let scores { return scores }
        return try layers[heads[0]](y, training: training)
    }

    /// The features of the bottom level, and of the levels above it from the top down.
    private func encode(
        _ x: Tensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> (bottom: Tensor, copies: [Tensor]) {
        var features: [Tensor] = []
        var y = x
        for (level, block) in encoder.enumerated() {
            let x = level == 0 ? y : try y.maxPool3D(size: stride(toLevel: level))
            y = try block.run(.features(x), through: layers, training: training)
            features.append(y)
        }
        return (y, features.dropLast())
    }
}

extension UNet3DPlan: RunnablePlan {
    func run(_ x: Tensor, through layers: LayerList, training: Bool) throws(TorchError) -> Tensor {
        var copies: [Tensor] = []
        var y = x
        for (level, convolutions) in encoder.enumerated() {
            if level > 0 { y = try y.maxPool3D(size: stride(toLevel: level)) }
            y = try layers.run(convolutions, y, training: training)
            copies.append(y)
        }
        copies.removeLast()
        for level in decoder {
            let enlarged = try layers[level.up](y, training: training)
            let joined = try Tensor.concatenated([enlarged, copies.removeLast()], along: 1)
            y = try layers.run(level.convolutions, joined, training: training)
        }
        return try layers[head](y, training: training)
    }
}

extension VNetPlan: RunnablePlan {
    func run(_ x: Tensor, through layers: LayerList, training: Bool) throws(TorchError) -> Tensor {
        var copies: [Tensor] = []
        var y = x
        for stage in encoder {
            if let down = stage.resize { y = try layers[down](y, training: training) }
            y = try stage.run(y, through: layers, training: training)
            copies.append(y)
        }
        copies.removeLast()
        for stage in decoder {
            if let up = stage.resize { y = try layers[up](y, training: training) }
            y = try Tensor.concatenated([y, copies.removeLast()], along: 1)
            y = try stage.run(y, through: layers, training: training)
        }
        return try layers[head](y, training: training)
    }
}

extension VNetPlan.Stage {
    /// The stage's input is added before the activation of its last convolution.
    fileprivate func run(
        _ x: Tensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> Tensor {
        guard let last = convolutions.last else { return x }
        let y = try layers.run(convolutions.dropLast(), x, training: training)
        return try layers[last](y, adding: repeated(x, last.outputs), training: training)
    }

    /// Images have fewer channels than the first stage: they are repeated to fill it.
    private func repeated(_ x: Tensor, _ width: Int) throws(TorchError) -> Tensor {
        let channels = x.shape[1]
        guard channels < width else { return try x.sliced(0..<width, along: 1) }
        let copies = Array(repeating: x, count: (width + channels - 1) / channels)
        return try Tensor.concatenated(copies, along: 1).sliced(0..<width, along: 1)
    }
}

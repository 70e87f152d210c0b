internal import SegNASSearch
internal import SegNASTorch

/// A plan of a network family that can run its built layers.
protocol RunnablePlan: FamilyPlan {
    /// Turns `[N, I, D, H, W]` into `[N, classes, D, H, W]`; D, H and W are multiples of what the poolings divide by.
    func run(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor

    /// In training the scores that are compared with labels: those of full size, then maybe of levels below, in order.
    func scores(_ x: ShardedTensor, through layers: LayerList) throws(TorchError) -> [ShardedTensor]
}

extension RunnablePlan {
    func scores(
        _ x: ShardedTensor, through layers: LayerList
    ) throws(TorchError) -> [ShardedTensor] {
        [try run(x, through: layers, training: true)]
    }

    /// Of the pooling that leads to a level.
    fileprivate func stride(toLevel level: Int) -> Extent { Extent(xyz: levels.strides[level - 1]) }
}

extension NetworkPlan.PlannedFamily {
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
    func run(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        var (y, copies) = try encode(x, through: layers, training: training)
        var scores = isSupervised ? try layers[heads[0]](y, training: training) : nil
        for (index, block) in decoder.enumerated() {
            y = try block.run(
                .joined(lower: y, same: copies.removeLast()), through: layers, training: training)
            guard let deeper = scores else { continue }
            scores = try .sum(
                lower: deeper, same: layers[heads[index + 1]](y, training: training))
        }
        if let scores { return scores }
        return try layers[heads[0]](y, training: training)
    }

    /// The features of the bottom level, and of the levels above it from the top down.
    private func encode(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> (bottom: ShardedTensor, copies: [ShardedTensor]) {
        var features: [ShardedTensor] = []
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
    func run(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        var copies: [ShardedTensor] = []
        var y = x
        for (level, convolutions) in encoder.enumerated() {
            if level > 0 { y = try y.maxPool3D(size: stride(toLevel: level)) }
            y = try layers.run(convolutions, y, training: training)
            copies.append(y)
        }
        copies.removeLast()
        for level in decoder {
            let enlarged = try layers[level.up](y, training: training)
            let joined = try ShardedTensor.concatenated([enlarged, copies.removeLast()], along: 1)
            y = try layers.run(level.convolutions, joined, training: training)
        }
        return try layers[head](y, training: training)
    }
}

extension VNetPlan: RunnablePlan {
    func run(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        var copies: [ShardedTensor] = []
        var y = x
        for stage in encoder {
            if let down = stage.resize { y = try layers[down](y, training: training) }
            y = try stage.run(y, through: layers, training: training)
            copies.append(y)
        }
        copies.removeLast()
        for stage in decoder {
            if let up = stage.resize { y = try layers[up](y, training: training) }
            y = try ShardedTensor.concatenated([y, copies.removeLast()], along: 1)
            y = try stage.run(y, through: layers, training: training)
        }
        return try layers[head](y, training: training)
    }
}

extension VNetPlan.Stage {
    /// The stage's input is added before the activation of its last convolution.
    fileprivate func run(
        _ x: ShardedTensor, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        guard let last = convolutions.last else { return x }
        let y = try layers.run(convolutions.dropLast(), x, training: training)
        return try layers[last](y, adding: repeated(x, last.outputs), training: training)
    }

    /// The channels of images, repeated to fill the first stage.
    private func repeated(_ x: ShardedTensor, _ width: Int) throws(TorchError) -> ShardedTensor {
        let channels = x.first.shape[1]
        guard channels < width else { return try x.sliced(0..<width, along: 1) }
        let copies = Array(repeating: x, count: (width + channels - 1) / channels)
        return try ShardedTensor.concatenated(copies, along: 1).sliced(0..<width, along: 1)
    }
}

/// Runs a block graph, spatial dropout, and the optional residual connection around both.
extension MegaBlockPlan {
    /// Turns `[N, inputs, D, H, W]` into `[N, outputs, D, H, W]`.
    func run(
        _ x: BlockInput, through layers: LayerList, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        let last = graph.nodes
        var features: [Int: BlockInput] = [1: x]
        for node in 2..<last {
            let summands = try summands(of: node, features, layers)
            features[node] = .features(try sum(summands, training: training))
        }
        var summands = try summands(of: last, features, layers)
        features = [:]
        let keep = try training ? dropoutFactors(of: summands[0].x) : nil
        for index in summands.indices { summands[index].isDropped = keep != nil }
        if isResidual { summands.append(try summand(x, through: projection, of: layers)) }
        return try sum(summands, keep: keep, training: training)
    }

    /// The inputs on the edges of a node.
    private func summands(
        of node: Int, _ features: [Int: BlockInput], _ layers: LayerList
    ) throws(TorchError) -> [Summand<ShardedTensor>] {
        var summands: [Summand<ShardedTensor>] = []
        for step in steps where step.edge.to == node {
            guard let source = features[step.edge.from] else { continue }
            summands.append(try summand(source, through: step.layer, of: layers))
        }
        return summands
    }

    private func summand(
        _ x: BlockInput, through layer: LayerPlan?, of layers: LayerList
    ) throws(TorchError) -> Summand<ShardedTensor> {
        guard let layer else { return Summand(try x.tensor()) }
        return try layers[layer].summand(x)
    }

    private func sum(
        _ summands: [Summand<ShardedTensor>], keep: ShardedTensor? = nil, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        if summands.count == 1, summands[0].norm == nil, keep == nil { return summands[0].x }
        return try .sum(summands, keep: keep, training: training)
    }

    private func dropoutFactors(of x: ShardedTensor) throws(TorchError) -> ShardedTensor? {
        dropout > 0 ? try x.dropoutFactors(probability: dropout) : nil
    }
}

/// The input of a block: the features of one level, or in the decoder of two.
enum BlockInput {
    case features(ShardedTensor)
    case joined(lower: ShardedTensor, same: ShardedTensor)

    /// `[N, C, D, H, W]`, made where two levels are joined.
    func tensor() throws(TorchError) -> ShardedTensor {
        switch self {
        case .features(let x): x
        case .joined(let lower, let same): try .joined(lower: lower, same: same)
        }
    }
}

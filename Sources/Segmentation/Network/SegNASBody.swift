internal import Search
internal import Torch

/// The searched family: an encoder and a decoder of MegaBlocks.
struct SegNASBody: NetworkBody {
    private let encoder: [MegaBlock]
    private let decoder: [MegaBlock]
    private let heads: [PlannedLayer]
    private let plan: SegNASPlan

    init(
        _ plan: SegNASPlan, device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        var encoder: [MegaBlock] = []
        for block in plan.encoder {
            encoder.append(try MegaBlock(block, device: device, using: &generator))
        }
        var decoder: [MegaBlock] = []
        for block in plan.decoder {
            decoder.append(try MegaBlock(block, device: device, using: &generator))
        }
        var heads: [PlannedLayer] = []
        for head in plan.heads {
            heads.append(try PlannedLayer(head, device: device, using: &generator))
        }
        self.encoder = encoder
        self.decoder = decoder
        self.heads = heads
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        var (y, copies) = try encode(x, training: training)
        var scores = plan.network.sup ? try heads[0](y, training: training) : nil
        for (index, block) in decoder.enumerated() {
            let joined = JoinedFeatures(lower: y, same: copies.removeLast())
            y = try block(.joined(joined), training: training)
            guard let deeper = scores else { continue }
            scores = try deeper.upsampled(by: 2) + heads[index + 1](y, training: training)
        }
        if let scores { return scores }
        return try heads[0](y, training: training)
    }

    /// The features of the bottom level, and of the levels above it from the top down.
    private func encode(
        _ x: Tensor, training: Bool
    ) throws(TorchError) -> (bottom: Tensor, copies: [Tensor]) {
        var features: [Tensor] = []
        var y = x
        for (level, block) in encoder.enumerated() {
            let x = level == 0 ? y : try y.maxPool3D(size: 2)
            y = try block(.features(x), training: training)
            features.append(y)
        }
        return (y, features.dropLast())
    }

    var weights: Weights {
        var weights = Weights()
        let blocks = zip(encoder + decoder, plan.encoder + plan.decoder)
        for (block, plan) in blocks { weights.add(block.weights, under: plan.name) }
        for head in heads { weights.add(head.weights, under: head.plan.name) }
        return weights
    }
}

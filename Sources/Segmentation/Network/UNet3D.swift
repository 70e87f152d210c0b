internal import Torch

/// 3D U-Net before it is built.
///
/// Çiçek et al. 2016, arXiv:1606.06650, figure 2, with padded convolutions. Two convolutions a level, the channels doubling in the second of the encoder's; transposed convolutions keep them.
struct UNet3DPlan {
    static let poolings = 3

    let channels: Int
    let classes: Int
    /// Channels of the first convolution.
    var width = 32

    /// The two convolutions of each encoder level.
    var encoder: [[LayerPlan]] {
        (0...Self.poolings).map { level in
            let middle = width << level
            let inputs = level == 0 ? channels : middle
            return pair("encoder.\(level)", inputs, middle, middle * 2, level: level)
        }
    }

    /// Enlargement and two convolutions of each decoder level, lowest first.
    var decoder: [(up: LayerPlan, convolutions: [LayerPlan])] {
        (0..<Self.poolings).reversed().map { level in
            let copied = width * 2 << level
            let deep = copied * 2
            let up = LayerPlan(
                name: "decoder.\(level).up", inputs: deep, outputs: deep, kernel: 2, stride: 2,
                isTransposed: true, hasBias: true, isNormalized: false, activation: .none,
                level: level)
            return (up, pair("decoder.\(level)", deep + copied, copied, copied, level: level))
        }
    }

    var head: LayerPlan { .linear("head", width * 2, classes, bias: true, level: 0) }

    private func pair(
        _ name: String, _ inputs: Int, _ middle: Int, _ outputs: Int, level: Int
    ) -> [LayerPlan] {
        [
            .conv("\(name).first", inputs, middle, kernel: 3, level: level),
            .conv("\(name).second", middle, outputs, kernel: 3, level: level),
        ]
    }

    var stages: [StagePlan] {
        encoder.map { StagePlan(.encoder, $0) }
            + decoder.map { StagePlan(.decoder, $0.convolutions) }
    }

    var layers: [LayerPlan] {
        encoder.flatMap(\.self) + decoder.flatMap { [$0.up] + $0.convolutions } + [head]
    }
}

extension UNet3DPlan: LayeredPlan {
    func run(_ x: Tensor, through layers: LayerList, training: Bool) throws(TorchError) -> Tensor {
        var copies: [Tensor] = []
        var y = x
        for (level, convolutions) in encoder.enumerated() {
            if level > 0 { y = try y.maxPool3D(size: 2) }
            y = try layers.run(convolutions, y, training: training)
            copies.append(y)
        }
        copies.removeLast()
        for (up, convolutions) in decoder {
            let enlarged = try layers[up](y, training: training)
            let joined = try Tensor.concatenated([enlarged, copies.removeLast()], along: 1)
            y = try layers.run(convolutions, joined, training: training)
        }
        return try layers[head](y, training: training)
    }
}

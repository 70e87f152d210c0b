internal import Torch

/// V-Net before it is built.
///
/// Milletari et al. 2016, arXiv:1606.04797, figure 2. Stages of 5×5×5 convolutions that learn residuals, with PReLU, joined by 2×2×2 convolutions of stride 2 and their
/// transposes. Batch normalization, which the paper lacks and every public implementation adds, follows each.
struct VNetPlan {
    static let poolings = 4
    private static let encoderDepths = [1, 2, 3, 3, 3]
    private static let decoderDepths = [1, 2, 3, 3]

    let channels: Int
    let classes: Int
    /// Channels of the first stage.
    var topWidth = 16

    /// A change of size, where there is one, and the convolutions of a stage.
    struct Stage {
        var resize: LayerPlan?
        var convolutions: [LayerPlan]
    }

    /// From the top to the bottom.
    var encoder: [Stage] {
        Self.encoderDepths.enumerated().map { level, depth in
            let width = topWidth << level
            let down = layer(
                "encoder.\(level).down", width / 2, width, kernel: 2, stride: 2, level: level)
            return Stage(
                resize: level == 0 ? nil : down,
                convolutions: stage(
                    "encoder.\(level)", level == 0 ? channels : width, width, depth, level: level))
        }
    }

    /// From the level above the bottom to the top; enlarged features fill up the copied ones.
    var decoder: [Stage] {
        Self.decoderDepths.enumerated().reversed().map { level, depth in
            let width = topWidth << level
            let below = level == Self.poolings - 1 ? width * 2 : width * 4
            let up = layer(
                "decoder.\(level).up", below, width, kernel: 2, stride: 2, isTransposed: true,
                level: level)
            return Stage(
                resize: up,
                convolutions: stage("decoder.\(level)", width * 2, width * 2, depth, level: level))
        }
    }

    var head: LayerPlan { .linear("head", topWidth * 2, classes, bias: true, level: 0) }

    private func stage(
        _ name: String, _ inputs: Int, _ width: Int, _ depth: Int, level: Int
    ) -> [LayerPlan] {
        (0..<depth).map { index in
            layer(
                "\(name).conv\(index + 1)", index == 0 ? inputs : width, width, kernel: 5,
                level: level)
        }
    }

    private func layer(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1,
        isTransposed: Bool = false, level: Int
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
            isTransposed: isTransposed, activation: .prelu, level: level)
    }

    var stages: [StagePlan] {
        encoder.map { StagePlan(.encoder, $0.convolutions) }
            + decoder.map { StagePlan(.decoder, $0.convolutions) }
    }

    var layers: [LayerPlan] {
        (encoder + decoder).flatMap { [$0.resize].compactMap(\.self) + $0.convolutions } + [head]
    }
}

extension VNetPlan: LayeredPlan {
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

/// The plan of a 3D U-Net.
///
/// Çiçek et al. 2016, arXiv:1606.06650, figure 2, with padded convolutions. Each level has two convolutions, the second
/// of which doubles the channels in the encoder; transposed convolutions keep their number.
package struct UNet3DPlan: FamilyPlan {
    /// The two convolutions of each encoder level.
    package let encoder: [[LayerPlan]]
    /// The levels from the one above the bottom to the top.
    package let decoder: [Ascension]
    package let head: LayerPlan

    /// The upsampling and the two convolutions of a decoder level.
    package struct Ascension: Hashable, Sendable {
        package let up: LayerPlan
        package let convolutions: [LayerPlan]
    }

    /// - Parameters:
    ///   - channels: Channels of the images.
    ///   - classes: Labels, background included.
    ///   - width: Channels of the first convolution.
    package init(channels: Int, classes: Int, width: Int = 32) {
        let poolings = 3
        encoder = (0...poolings).map { level in
            let middle = width << level
            let inputs = level == 0 ? channels : middle
            return Self.pair("encoder.\(level)", inputs, middle, middle * 2, level: level)
        }
        decoder = (0..<poolings).reversed().map { level in
            let copied = width * 2 << level
            let deep = copied * 2
            let up = LayerPlan(
                name: "decoder.\(level).up", inputs: deep, outputs: deep, kernel: 2, stride: 2,
                isTransposed: true, hasBias: true, isNormalized: false, activation: .none,
                level: level)
            return Ascension(
                up: up,
                convolutions: Self.pair(
                    "decoder.\(level)", deep + copied, copied, copied, level: level))
        }
        head = .linear("head", width * 2, classes, bias: true, level: 0)
    }

    private static func pair(
        _ name: String, _ inputs: Int, _ middle: Int, _ outputs: Int, level: Int
    ) -> [LayerPlan] {
        [
            .conv("\(name).first", inputs, middle, kernel: 3, level: level),
            .conv("\(name).second", middle, outputs, kernel: 3, level: level),
        ]
    }

    package var layers: [LayerPlan] {
        encoder.flatMap(\.self) + decoder.flatMap { [$0.up] + $0.convolutions } + [head]
    }

    package var stages: [StagePlan] {
        encoder.map { StagePlan(.encoder, $0) }
            + decoder.map { StagePlan(.decoder, $0.convolutions) }
    }

    package var poolings: Int { decoder.count }
    package var descent: Descent { .maxPooling }
    package var ascent: Ascent { .transposedConvolution(kernel: 2) }
    package var isSupervised: Bool { false }
    package var isResidual: Bool { false }
    package var dropout: Double { 0 }
}

/// The plan of a V-Net.
///
/// Milletari et al. 2016, arXiv:1606.04797, figure 2. Stages of 5×5×5 convolutions that learn residuals, with PReLU,
/// are joined by 2×2×2 convolutions of stride 2 and their transposes. Batch normalization, which the paper lacks and
/// every public implementation adds, follows each convolution.
package struct VNetPlan: FamilyPlan {
    private static let encoderDepths = [1, 2, 3, 3, 3]
    private static let decoderDepths = [1, 2, 3, 3]

    /// The stages from the top to the bottom.
    package let encoder: [Stage]
    /// The stages from the level above the bottom to the top; upsampled features are concatenated with copied ones.
    package let decoder: [Stage]
    package let head: LayerPlan

    /// The convolutions of a stage, after a change of size in all but the first.
    package struct Stage: Hashable, Sendable {
        package let resize: LayerPlan?
        package let convolutions: [LayerPlan]
    }

    /// - Parameters:
    ///   - channels: Channels of the images.
    ///   - classes: Labels, background included.
    ///   - topWidth: Channels of the first stage.
    package init(channels: Int, classes: Int, topWidth: Int = 16) {
        encoder = Self.encoderDepths.enumerated().map { level, depth in
            let width = topWidth << level
            let down = Self.layer(
                "encoder.\(level).down", width / 2, width, kernel: 2, stride: 2, level: level)
            return Stage(
                resize: level == 0 ? nil : down,
                convolutions: Self.convolutions(
                    "encoder.\(level)", level == 0 ? channels : width, width, depth, level: level))
        }
        let lowest = Self.decoderDepths.count - 1
        decoder = Self.decoderDepths.enumerated().reversed().map { level, depth in
            let width = topWidth << level
            let below = level == lowest ? width * 2 : width * 4
            let up = Self.layer(
                "decoder.\(level).up", below, width, kernel: 2, stride: 2, isTransposed: true,
                level: level)
            return Stage(
                resize: up,
                convolutions: Self.convolutions(
                    "decoder.\(level)", width * 2, width * 2, depth, level: level))
        }
        head = .linear("head", topWidth * 2, classes, bias: true, level: 0)
    }

    private static func convolutions(
        _ name: String, _ inputs: Int, _ width: Int, _ depth: Int, level: Int
    ) -> [LayerPlan] {
        (0..<depth).map { index in
            layer(
                "\(name).conv\(index + 1)", index == 0 ? inputs : width, width, kernel: 5,
                level: level)
        }
    }

    private static func layer(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1,
        isTransposed: Bool = false, level: Int
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
            isTransposed: isTransposed, activation: .prelu, level: level)
    }

    package var layers: [LayerPlan] {
        (encoder + decoder).flatMap { [$0.resize].compactMap(\.self) + $0.convolutions } + [head]
    }

    package var stages: [StagePlan] {
        encoder.map { StagePlan(.encoder, $0.convolutions) }
            + decoder.map { StagePlan(.decoder, $0.convolutions) }
    }

    package var poolings: Int { decoder.count }
    package var descent: Descent { .convolution(kernel: 2) }
    package var ascent: Ascent { .transposedConvolution(kernel: 2) }
    package var isSupervised: Bool { false }
    package var isResidual: Bool { true }
    package var dropout: Double { 0 }
}

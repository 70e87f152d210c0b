/// 3D U-Net before it is built.
///
/// Çiçek et al. 2016, arXiv:1606.06650, figure 2, with padded convolutions. Two convolutions a level, the channels doubling in the second of the encoder's; transposed convolutions keep them.
package struct UNet3DPlan: FamilyPlan {
    static let poolings = 3

    package let levels: Pyramid
    /// The two convolutions of each encoder level.
    package let encoder: [[LayerPlan]]
    /// From the level above the bottom to the top.
    package let decoder: [Ascension]
    package let head: LayerPlan

    /// Enlargement and two convolutions of a decoder level.
    package struct Ascension: Hashable, Sendable {
        package let up: LayerPlan
        package let convolutions: [LayerPlan]
    }

    /// - Parameters:
    ///   - channels: Of the images.
    ///   - classes: Labels, background included.
    ///   - width: Channels of the first convolution.
    ///   - levels: With 3 poolings.
    package init(
        channels: Int, classes: Int, width: Int = 32, levels: Pyramid = Pyramid(poolings: poolings)
    ) {
        func pair(
            _ name: String, _ inputs: Int, _ middle: Int, _ outputs: Int, level: Int
        ) -> [LayerPlan] {
            [
                .conv("\(name).first", inputs, middle, kernel: 3, level: level, of: levels),
                .conv("\(name).second", middle, outputs, kernel: 3, level: level, of: levels),
            ]
        }
        self.levels = levels
        encoder = (0...Self.poolings).map { level in
            let middle = width << level
            let inputs = level == 0 ? channels : middle
            return pair("encoder.\(level)", inputs, middle, middle * 2, level: level)
        }
        decoder = (0..<Self.poolings).reversed().map { level in
            let copied = width * 2 << level
            let deep = copied * 2
            let up = LayerPlan(
                name: "decoder.\(level).up", inputs: deep, outputs: deep,
                kernel: levels.strides[level], stride: levels.strides[level], isTransposed: true,
                hasBias: true, normalization: .none, activation: .none, level: level)
            return Ascension(
                up: up,
                convolutions: pair(
                    "decoder.\(level)", deep + copied, copied, copied, level: level))
        }
        head = .linear("head", width * 2, classes, bias: true, level: 0)
    }

    package var layers: [LayerPlan] {
        encoder.flatMap(\.self) + decoder.flatMap { [$0.up] + $0.convolutions } + [head]
    }

    package var stages: [StagePlan] {
        encoder.map { StagePlan(.encoder, $0) }
            + decoder.map { StagePlan(.decoder, $0.convolutions) }
    }

    package var descent: Descent { .maxPooling }
    package var ascent: Ascent { .transposedConvolution(kernel: 2) }
    package var isSupervised: Bool { false }
    package var isResidual: Bool { false }
    package var dropout: Double { 0 }
}

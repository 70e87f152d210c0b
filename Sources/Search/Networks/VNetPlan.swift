/// V-Net before it is built.
///
/// Milletari et al. 2016, arXiv:1606.04797, figure 2. Stages of 5×5×5 convolutions that learn residuals, with PReLU, joined by 2×2×2 convolutions of stride 2 and their
/// transposes. Batch normalization, which the paper lacks and every public implementation adds, follows each.
package struct VNetPlan: FamilyPlan {
    static let poolings = decoderDepths.count
    private static let encoderDepths = [1, 2, 3, 3, 3]
    private static let decoderDepths = [1, 2, 3, 3]

    package let levels: Pyramid
    /// From the top to the bottom.
    package let encoder: [Stage]
    /// From the level above the bottom to the top; enlarged features fill up the copied ones.
    package let decoder: [Stage]
    package let head: LayerPlan

    /// A change of size, where there is one, and the convolutions of a stage.
    package struct Stage: Hashable, Sendable {
        package let resize: LayerPlan?
        package let convolutions: [LayerPlan]
    }

    /// - Parameters:
    ///   - channels: Of the images.
    ///   - classes: Labels, background included.
    ///   - topWidth: Channels of the first stage.
    ///   - levels: With 4 poolings.
    package init(
        channels: Int, classes: Int, topWidth: Int = 16,
        levels: Pyramid = Pyramid(poolings: poolings)
    ) {
        func convolutions(
            _ name: String, _ inputs: Int, _ width: Int, _ depth: Int, level: Int
        ) -> [LayerPlan] {
            (0..<depth).map { index in
                Self.layer(
                    "\(name).conv\(index + 1)", index == 0 ? inputs : width, width,
                    kernel: levels.kernel(5, atLevel: level), level: level)
            }
        }
        func resize(
            _ name: String, _ inputs: Int, _ outputs: Int, isTransposed: Bool = false, level: Int
        ) -> LayerPlan {
            let stride = levels.strides[isTransposed ? level : level - 1]
            return Self.layer(
                name, inputs, outputs, kernel: stride, stride: stride, isTransposed: isTransposed,
                level: level)
        }
        self.levels = levels
        encoder = Self.encoderDepths.enumerated().map { level, depth in
            let width = topWidth << level
            return Stage(
                resize: level == 0
                    ? nil : resize("encoder.\(level).down", width / 2, width, level: level),
                convolutions: convolutions(
                    "encoder.\(level)", level == 0 ? channels : width, width, depth, level: level))
        }
        let lowest = Self.decoderDepths.count - 1
        decoder = Self.decoderDepths.enumerated().reversed().map { level, depth in
            let width = topWidth << level
            let below = level == lowest ? width * 2 : width * 4
            return Stage(
                resize: resize(
                    "decoder.\(level).up", below, width, isTransposed: true, level: level),
                convolutions: convolutions(
                    "decoder.\(level)", width * 2, width * 2, depth, level: level))
        }
        head = .linear("head", topWidth * 2, classes, bias: true, level: 0)
    }

    private static func layer(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: SIMD3<Int>,
        stride: SIMD3<Int> = [1, 1, 1], isTransposed: Bool = false, level: Int
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

    package var descent: Descent { .convolution(kernel: 2) }
    package var ascent: Ascent { .transposedConvolution(kernel: 2) }
    package var isSupervised: Bool { false }
    package var isResidual: Bool { true }
    package var dropout: Double { 0 }
}

internal import SegNASSearch

extension NetworkFigure {
    /// The lines in the box of a stage, its name first.
    func lines(of stage: StagePlan) -> [String] {
        let channels = "\(stage.inputs) → \(stage.outputs) channels"
        let size = Self.text(levels[stage.level].size)
        return [name(of: stage), channels, size] + [layers(of: stage)].compactMap(\.self)
    }

    private func name(of stage: StagePlan) -> String {
        guard stage.level < plan.poolings else { return "Bottom" }
        return "\(stage.path == .encoder ? "Encoder" : "Decoder") \(stage.level + 1)"
    }

    /// What a stage consists of, such as `2 × Conv(3) BN ReLU`; nil where a block graph tells it.
    private func layers(of stage: StagePlan) -> String? {
        guard block == nil else { return nil }
        let layer = stage.layers[0]
        let activation =
            switch layer.activation {
            case .prelu: "PReLU"
            case .leakyReLU: "leaky ReLU"
            case .relu, .none: "ReLU"
            }
        let norm = layer.normalization == .instance ? "IN" : "BN"
        return "\(stage.layers.count) × Conv(\(layer.kernel.shortText)) \(norm) \(activation)"
    }
}

extension NetworkFigure {
    /// How features get to the level below; where not all poolings halve all axes, the boxes tell sizes.
    var descentWords: String {
        let isCube = plan.levels.isIsotropic
        return switch family.descent {
        case .maxPooling: isCube ? "max pooling 2×2×2" : "max pooling"
        case .convolution(let kernel):
            isCube ? "\(Self.cube(kernel)) convolution, stride 2" : "convolution with a stride"
        }
    }

    /// How features get to the level above.
    var ascentWords: String {
        let isCube = plan.levels.isIsotropic
        return switch family.ascent {
        case .nearest: isCube ? "nearest upsampling ×2" : "nearest upsampling"
        case .transposedConvolution(let kernel):
            isCube
                ? "\(Self.cube(kernel)) transposed convolution, stride 2"
                : "transposed convolution with a stride"
        }
    }

    static func text(_ size: SIMD3<Int>) -> String {
        "\(size.x)×\(size.y)×\(size.z)"
    }

    static func cube(_ edge: Int) -> String {
        text(SIMD3(repeating: edge))
    }

    static let copyWords = "copied and concatenated"
    static let supervisionWords = "deep supervision, upsampled"
    static let residualWords = "residual: the input is added"

    /// The last box: from features to probabilities.
    var headLines: [String] {
        (family.isSupervised ? ["concatenation"] : []) + ["1×1×1 convolution", "softmax"]
    }

    var inputWords: String { Self.counted(plan.channels, "channel", "channels") }

    var outputWords: String { Self.counted(plan.classes, "class", "classes") }

    private static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }
}

extension NetworkFigure {
    /// The network for those who cannot see it.
    var description: String {
        let bottom = levels.count - 1
        let parts: [String?] = [
            "Image with \(inputWords).",
            sentence("Encoder", levels.dropLast().map(\.encoder)),
            "Each level ends with \(descentWords).",
            sentence("Bottom", [levels[bottom].encoder]),
            sentence("Decoder", levels.reversed().compactMap(\.decoder)),
            "Each level begins with \(ascentWords) and the encoder's features, concatenated.",
            family.isSupervised
                ? "With deep supervision from all decoder levels and the bottom." : nil,
            family.isResidual ? "Every block adds its input to its output." : nil,
            dropout.map { "Spatial dropout \($0)." },
            "Then \(headLines.joined(separator: ", ")): \(outputWords).", block?.description,
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }

    /// Rate of spatial dropout; nil for none.
    var dropout: Double? { family.dropout > 0 ? family.dropout : nil }

    private func sentence(_ part: String, _ stages: [StagePlan]) -> String {
        let items = stages.map { lines(of: $0).joined(separator: ", ") }
        return "\(part): \(items.joined(separator: "; "))."
    }
}

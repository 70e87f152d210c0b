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
        let activation = layer.activation == .prelu ? "PReLU" : "ReLU"
        return "\(stage.layers.count) × Conv(\(layer.kernel)) BN \(activation)"
    }
}

extension Descent {
    var words: String {
        switch self {
        case .maxPooling: "max pooling 2×2×2"
        case .convolution(let kernel): "\(NetworkFigure.cube(kernel)) convolution, stride 2"
        }
    }
}

extension Ascent {
    var words: String {
        switch self {
        case .nearest: "nearest upsampling ×2"
        case .transposedConvolution(let kernel):
            "\(NetworkFigure.cube(kernel)) transposed convolution, stride 2"
        }
    }
}

extension NetworkFigure {
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
            "Each level ends with \(family.descent.words).",
            sentence("Bottom", [levels[bottom].encoder]),
            sentence("Decoder", levels.reversed().compactMap(\.decoder)),
            "Each level begins with \(family.ascent.words) and the encoder's features, concatenated.",
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

extension NetworkFigure.Stage {
    /// The lines in a box, its name first.
    func lines(size: [Int]) -> [String] {
        let channels = "\(input) → \(output) channels"
        return [name, channels, NetworkFigure.text(size)] + (detail.map { [$0] } ?? [])
    }
}

extension NetworkFigure.Descent {
    var words: String {
        switch self {
        case .maxPooling: "max pooling 2×2×2"
        case .convolution(let kernel): "\(NetworkFigure.cube(kernel)) convolution, stride 2"
        }
    }
}

extension NetworkFigure.Ascent {
    var words: String {
        switch self {
        case .nearest: "nearest upsampling ×2"
        case .transposedConvolution(let kernel):
            "\(NetworkFigure.cube(kernel)) transposed convolution, stride 2"
        }
    }
}

extension NetworkFigure {
    static func text(_ size: [Int]) -> String {
        size.map(String.init).joined(separator: "×")
    }

    static func cube(_ edge: Int) -> String {
        text([edge, edge, edge])
    }

    static let copyWords = "copied and concatenated"
    static let supervisionWords = "deep supervision, upsampled"
    static let residualWords = "residual: the input is added"

    /// The last box: from features to probabilities.
    var headLines: [String] {
        (isSupervised ? ["concatenation"] : []) + ["1×1×1 convolution", "softmax"]
    }

    var inputWords: String { Self.counted(levels[0].encoder.input, "channel", "channels") }

    var outputWords: String { Self.counted(classes, "class", "classes") }

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
            sentence("Encoder", levels.dropLast().map { ($0.encoder, $0.size) }),
            "Each level ends with \(descent.words).",
            sentence("Bottom", [(levels[bottom].encoder, levels[bottom].size)]),
            sentence(
                "Decoder",
                levels.reversed().compactMap { level in level.decoder.map { ($0, level.size) } }),
            "Each level begins with \(ascent.words) and the encoder's features, concatenated.",
            isSupervised ? "With deep supervision from all decoder levels and the bottom." : nil,
            isResidual ? "Every block adds its input to its output." : nil,
            dropout.map { "Spatial dropout \($0)." },
            "Then \(headLines.joined(separator: ", ")): \(outputWords).", block?.description,
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }

    private func sentence(_ part: String, _ stages: [(stage: Stage, size: [Int])]) -> String {
        let items = stages.map { $0.stage.lines(size: $0.size).joined(separator: ", ") }
        return "\(part): \(items.joined(separator: "; "))."
    }
}

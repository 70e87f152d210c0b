internal import SegNASHost
public import SegNASSearch

/// A drawing of a segmentation network: the paper's Figure 1.
///
/// The encoder goes down on the left, the decoder up on the right, the bottom level stands between them. The
/// deeper a level, the wider its boxes, as they hold more channels, and the lower, as their volumes shrink.
///
/// ```swift
/// let plan = try NetworkPlan(.unet3d, channels: 1, classes: 20)
/// let svg = NetworkFigure(plan, size: [128, 128, 128]).svg()
/// ```
public struct NetworkFigure: Hashable, Sendable {
    let plan: NetworkPlan
    /// The levels from the full size down to the bottom.
    let levels: [Level]

    /// The stages that work at one size.
    struct Level: Hashable {
        /// The voxels along x, y and z.
        let size: SIMD3<Int>
        let encoder: StagePlan
        /// The stage of the decoder; nil at the bottom.
        let decoder: StagePlan?
    }

    static let levelCounts = 2...11

    /// - Parameters:
    ///   - plan: The network to draw.
    ///   - size: The voxels of the images along x, y and z.
    public init(_ plan: NetworkPlan, size: SIMD3<Int>) {
        let stages = plan.family.plan.stages
        levels = stages.filter { $0.path == .encoder }.map { encoder in
            Level(
                size: plan.size(atLevel: encoder.level, of: size), encoder: encoder,
                decoder: stages.first { $0.path == .decoder && $0.level == encoder.level })
        }
        precondition(
            Self.levelCounts.contains(levels.count),
            "a figure has 2 to 11 levels, not \(levels.count)")
        precondition(
            levels.dropLast().allSatisfy { $0.decoder != nil } && levels.last?.decoder == nil,
            "all levels but the bottom have a decoder")
        self.plan = plan
    }

    var family: any FamilyPlan { plan.family.plan }

    /// The graph that every stage repeats; nil if there is none.
    var block: BlockFigure? {
        guard case .segnas(let network) = plan.architecture else { return nil }
        return BlockFigure(network.block)
    }

    /// An `<svg>` element, which is a whole document and may also be put into a page.
    public func svg() -> String {
        drawing.svg(title: "\(plan.architecture)", description: description)
    }
}

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

    /// The layers of a stage, such as `2 × Conv(3) BN ReLU`; nil if a block graph shows them.
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

    /// The lines of the last box: from features to probabilities.
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
    /// The network in words, for those who cannot see it.
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
            dropout.map { "Spatial dropout \(significant($0))." },
            "Then \(headLines.joined(separator: ", ")): \(outputWords).", block?.description,
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }

    /// The rate of spatial dropout; nil for none.
    var dropout: Double? { family.dropout > 0 ? family.dropout : nil }

    private func sentence(_ part: String, _ stages: [StagePlan]) -> String {
        let items = stages.map { lines(of: $0).joined(separator: ", ") }
        return "\(part): \(items.joined(separator: "; "))."
    }
}

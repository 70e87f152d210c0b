/// A drawing of a segmentation network: the paper's Figure 1.
///
/// The encoder goes down on the left, the decoder up on the right, the bottom level stands between them. The
/// deeper a level, the wider its boxes, as they hold more channels, and the lower, as their volumes shrink.
/// Plain values, so that 3D U-Net and V-Net fit as well.
public struct NetworkFigure: Hashable, Sendable {
    /// The block of a level, on its way down or up.
    public struct Stage: Hashable, Sendable {
        public var name: String
        /// Channels that enter: in a decoder those from below and those copied from the encoder.
        public var input: Int
        public var output: Int
        /// What it consists of, such as `2 × Conv(3) BN ReLU`, where no block graph is drawn.
        public var detail: String?

        public init(_ name: String, input: Int, output: Int, detail: String? = nil) {
            self.name = name
            self.input = input
            self.output = output
            self.detail = detail
        }
    }

    /// The stages that see the same size.
    public struct Level: Hashable, Sendable {
        /// Voxels along each axis.
        public var size: [Int]
        public var encoder: Stage
        /// The bottom level has none.
        public var decoder: Stage?

        public init(size: [Int], encoder: Stage, decoder: Stage? = nil) {
            self.size = size
            self.encoder = encoder
            self.decoder = decoder
        }
    }

    /// How features get to the next level below.
    public enum Descent: Hashable, Sendable {
        case maxPooling
        /// With stride 2.
        case convolution(kernel: Int)
    }

    /// How features get to the next level above.
    public enum Ascent: Hashable, Sendable {
        case nearest
        /// With stride 2.
        case transposedConvolution(kernel: Int)
    }

    public static let levelCounts = 2...11

    public var title: String
    /// From the full size down to the bottom.
    public var levels: [Level]
    public var descent: Descent
    public var ascent: Ascent
    /// Classes of the segmentation, background included.
    public var classes: Int
    /// Whether all decoder levels and the bottom lead to the class scores, upsampled and concatenated.
    public var isSupervised: Bool
    /// Whether each stage adds its input to its output.
    public var isResidual: Bool
    /// Rate of spatial dropout at the end of each stage.
    public var dropout: Double?
    /// The graph that every stage repeats.
    public var block: BlockFigure?

    public init(
        title: String = "Network", levels: [Level], descent: Descent = .maxPooling,
        ascent: Ascent = .nearest, classes: Int, isSupervised: Bool = false,
        isResidual: Bool = false, dropout: Double? = nil, block: BlockFigure? = nil
    ) {
        self.title = title
        self.levels = levels
        self.descent = descent
        self.ascent = ascent
        self.classes = classes
        self.isSupervised = isSupervised
        self.isResidual = isResidual
        self.dropout = dropout
        self.block = block
    }

    /// An `<svg>` element, which is a document of its own and may be put into a page as it is.
    public func svg() -> String {
        precondition(
            Self.levelCounts.contains(levels.count),
            "a figure has 2 to 11 levels, not \(levels.count)")
        precondition(
            levels.dropLast().allSatisfy { $0.decoder != nil } && levels.last?.decoder == nil,
            "all levels but the bottom have a decoder")
        return drawing.svg(title: title, description: description)
    }
}

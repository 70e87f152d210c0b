public import SegNASDatasets
public import SegNASHost
public import SegNASImaging
public import SegNASTorch

/// Options of a prediction.
public struct PredictionOptions: Hashable, Sendable {
    /// The type of activations; `auto` is that of the model's training (``Model/dtype(_:)``).
    public var precision: Precision
    /// Axes of the prepared grid (0: x, 1: y, 2: z) along which images are also mirrored; all combinations are
    /// averaged.
    ///
    /// In canonical orientation x runs from left to right: if labels tell sides apart, mirroring along x averages one
    /// side with the other.
    public var mirroredAxes: Set<Int>
    /// What neighbouring tiles have in common at least, as a share of a tile's length: at least 0 and less than 1.
    ///
    /// Images of another size than what the networks see are predicted tile by tile.
    public var overlap: Double
    /// For the probabilities of such images while tiles are missing; more where as little is not enough.
    public var scoreMemory: ByteCount
    /// Whether `ScoreRestorer.writeProbabilities(to:replacing:)` will be called.
    ///
    /// For images of several tiles they are kept only then, and on disk where they need more than ``scoreMemory``.
    public var keepsProbabilities: Bool
    /// The folder for probabilities on disk, where they disappear with the prediction; nil for the system's folder of
    /// temporary files.
    public var scratch: String?
    /// The series to read from folders with several DICOM series.
    public var series: DICOMSelection?
    /// The clean-up of label maps; nil for none.
    public var postProcessing: PostProcessing?
    /// How much each model counts in the mean, together 1; nil if all count alike.
    public var modelWeights: [Double]?
    /// Threads for everything but the network, whose threads are set by `CPU/setThreads(_:)`.
    public var threads: Int

    public init(
        precision: Precision = .auto, mirroredAxes: Set<Int> = [], overlap: Double = 0.5,
        scoreMemory: ByteCount = ByteCount(1 << 30), keepsProbabilities: Bool = false,
        scratch: String? = nil,
        series: DICOMSelection? = nil, postProcessing: PostProcessing? = nil,
        modelWeights: [Double]? = nil,
        threads: Int = HostResources.current().cores
    ) {
        precondition(mirroredAxes.isSubset(of: [0, 1, 2]), "axes are 0, 1 and 2")
        precondition(overlap >= 0 && overlap < 1, "tiles overlap by a part of their length")
        self.precision = precision
        self.mirroredAxes = mirroredAxes
        self.overlap = overlap
        self.scoreMemory = scoreMemory
        self.keepsProbabilities = keepsProbabilities
        self.scratch = scratch
        self.series = series
        self.postProcessing = postProcessing
        self.modelWeights = modelWeights
        self.threads = threads
    }

    /// Every combination of mirrored axes, none first: true for each of x, y and z that is reversed.
    var mirrorings: [[Bool]] {
        mirroredAxes.sorted().reduce([[false, false, false]]) { all, axis in
            all
                + all.map { mirroring in
                    var mirroring = mirroring
                    mirroring[axis] = true
                    return mirroring
                }
        }
    }
}

/// An error of models that cannot predict together, or of a prediction.
public enum PredictionError: Error, Equatable, Sendable {
    /// Models of an ensemble, counted from 0, have different channels.
    case channels(model: Int, [String], first: [String])
    /// Models of an ensemble have labels that differ in name, number, stored value or regions.
    case labels(model: Int)
    /// The network made probabilities that are NaN or infinite.
    case notFinite(model: Int)
}

extension PredictionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .channels(let model, let names, let first):
            "model \(model + 1) of the ensemble sees \(names.joined(separator: ", ")), "
                + "and the first one \(first.joined(separator: ", ")): "
                + "models must be trained on the same channels, in the same order"
        case .labels(let model):
            "model \(model + 1) of the ensemble has other labels than the first one: "
                + "models must be trained on the same labels with the same values"
        case .notFinite(let model):
            "model \(model + 1) gives probabilities that are no numbers: "
                + "look at the image, and try --precision float32"
        }
    }
}

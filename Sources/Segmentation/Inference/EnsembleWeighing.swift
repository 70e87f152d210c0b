internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASTorch

/// Tries how much each of several models should count in their mean, on cases with label maps.
///
/// Weights are multiples of ¼, or all alike: finer ones would only fit the cases. Label maps are compared on the grid
/// that networks see; tiles do not overlap but where the image's size asks for it, as in validation.
///
/// Each network predicts each case once; of a case that is done only the voxels that are counted for the Dice are kept
/// (``progress``).
public struct EnsembleWeighing {
    /// The weights that are tried, those of single models among them.
    public let weights: [[Double]]
    private let passes: [ForwardPass]
    /// What each network sees of a case at a time.
    private let patches: [SIMD3<Int>]
    private let preparation: Preparation
    private let options: PredictionOptions
    /// What is known of the cases so far, with which a later weighing of the same models may begin.
    public private(set) var progress: Progress

    /// What came of the first cases.
    public struct Progress: Hashable, Codable, Sendable {
        /// For each case the voxels in the reference, in the prediction and in both, of each structure and by weights.
        fileprivate var cases: [[Int]] = []

        public init() {}

        /// The number of cases.
        public var count: Int { cases.count }
    }

    /// The most models: with more there would be too many weights to try.
    public static let maxModels = 5

    /// - Parameters:
    ///   - models: From 2 to ``maxModels`` that see images on the same grid (``seeSameGrid(_:_:)``).
    ///   - options: Precision and threads; memory for the probabilities of a case, which lie on disk beyond.
    ///   - progress: Of these models.
    public init(
        _ models: [Model], _ options: PredictionOptions, after progress: Progress = Progress()
    ) {
        precondition((2...Self.maxModels).contains(models.count), "\(models.count) models")
        let preparation = models[0].description.preparation
        precondition(
            models.allSatisfy { Self.seeSameGrid($0.description.preparation, preparation) },
            "models that see images differently")
        patches = models.map(\.description.preparation.options.size)
        passes = models.map { ForwardPass($0, precision: options.precision) }
        (self.options, self.preparation) = (options, preparation)
        weights = Self.weights(models.count)
        // Of other models, or damaged.
        let count = 3 * weights.count * preparation.labels.structures.count
        let isWhole = progress.cases.allSatisfy { $0.count == count }
        self.progress = isWhole ? progress : Progress()
    }

    /// True if images are prepared to the same voxels, of which networks may see patches of different sizes.
    public static func seeSameGrid(_ one: Preparation, _ other: Preparation) -> Bool {
        var one = one
        if one.options.fit == .patch, other.options.fit == .patch {
            one = one.seeing(patches: other.options.size)
        }
        return one == other
    }

    /// All ways to divide four quarters among models, and equal parts.
    static func weights(_ count: Int) -> [[Double]] {
        func divided(_ quarters: Int, among count: Int) -> [[Int]] {
            guard count > 1 else { return [[quarters]] }
            return (0...quarters).reversed().flatMap { first in
                divided(quarters - first, among: count - 1).map { [first] + $0 }
            }
        }
        let all = divided(4, among: count).map { $0.map { Double($0) / 4 } }
        let equal = [Double](repeating: 1 / Double(count), count: count)
        return all.contains(equal) ? all : all + [equal]
    }

    /// Reads a case with a label map, and compares what the models predict of it with all weights.
    ///
    /// `checkEnd` is called before each pass of a network, and throws to end it.
    ///
    /// - Throws: `PreparationError`, ``PredictionError``, `TorchError`, what `checkEnd` throws, or `SystemFailure`
    ///   where probabilities that memory does not hold have no room on the disk either.
    public mutating func add(_ subject: Dataset.Case, checkEnd: () throws -> Void) throws {
        let prepared = try preparation.prepare(subject, threads: options.threads).prepared
        guard let labels = prepared.labels else {
            preconditionFailure("case \(subject.identifier) has no label map to compare with")
        }
        let reference = labels.withValues(as: UInt8.self) { Array($0) }
        let scores = try passes.indices.map { try self.scores(of: prepared, by: $0, checkEnd) }
        let rule = preparation.labels.scoreRule
        progress.cases.append(
            try weights.flatMap { weights in
                try checkEnd()
                let classes = scores.classes(
                    weights: weights, rule: rule, threads: options.threads)
                return preparation.labels.overlaps(reference, classes).flatMap {
                    [$0.reference, $0.prediction, $0.shared]
                }
            })
    }

    /// The probabilities of a case by a network.
    private func scores(
        of prepared: PreparedCase, by model: Int, _ checkEnd: () throws -> Void
    ) throws -> ClassScores {
        let scores = try room(for: prepared)
        var window = SlidingWindow(
            patch: patches[model], overlap: 0, scoreBytes: Self.scoreBytes,
            threads: options.threads)
        window.rule = preparation.labels.scoreRule
        try withoutActuallyEscaping(checkEnd) { checkEnd in
            let member = EnsembleMember(number: model) { images in
                try checkEnd()
                return try passes[model](images)
            }
            try window.fill(scores, with: prepared, by: [member])
        }
        return scores
    }

    /// For the sums of tiles.
    private static let scoreBytes = 1 << 30

    /// Zeros for the probabilities of a network, on disk if those of all networks take more memory than they may.
    private func room(for prepared: PreparedCase) throws -> ClassScores {
        let outputs = preparation.labels.outputCount
        let bytes = ClassScores.byteCount(classes: outputs, size: prepared.size)
        if ByteCount(bytes * passes.count) <= options.scoreMemory,
            let scores = ClassScores(
                classes: outputs, size: prepared.size, reorientation: .identity)
        {
            return scores
        }
        return try ClassScores(
            classes: outputs, size: prepared.size, reorientation: .identity,
            scratchIn: options.scratch ?? FileManager.default.temporaryDirectory.path)
    }

    /// The Dice of the cases so far, for each of the weights.
    public var dice: [ValidationDice] {
        let values = preparation.labels.structures.map(\.value)
        return weights.indices.map { index in
            let cases = progress.cases.map { counts in
                values.indices.map { structure in
                    let place = 3 * (index * values.count + structure)
                    return Overlap(
                        reference: counts[place], prediction: counts[place + 1],
                        shared: counts[place + 2])
                }
            }
            return ValidationDice(cases: cases, values: values)
        }
    }
}

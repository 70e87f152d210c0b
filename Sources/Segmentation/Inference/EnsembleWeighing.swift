public import SegNASDatasets
internal import SegNASImaging
internal import SegNASTorch

/// Tries how much each of several models should count in their mean, on cases with label maps.
///
/// Weights are multiples of ¼, or all alike: finer ones would only fit the cases. Label maps are compared on the grid
/// that networks see; tiles do not overlap but where the image's size asks for it, as in validation.
public struct EnsembleWeighing {
    /// The weights that are tried, those of single models among them.
    public let weights: [[Double]]
    private let passes: [ForwardPass]
    private let preparation: Preparation
    private let threads: Int
    /// For the weights, by case and structure.
    private var overlaps: [[[Overlap]]]

    /// The most models: with more there would be too many weights to try.
    public static let maxModels = 5

    /// - Parameters:
    ///   - models: From 2 to ``maxModels``, of the same preparation.
    ///   - options: Precision and threads.
    public init(_ models: [Model], _ options: PredictionOptions) {
        precondition((2...Self.maxModels).contains(models.count), "\(models.count) models")
        let preparation = models[0].description.preparation
        precondition(
            models.allSatisfy { $0.description.preparation == preparation },
            "models that see images differently")
        passes = models.map { ForwardPass($0, precision: options.precision) }
        threads = options.threads
        let weights = Self.weights(models.count)
        overlaps = [[[Overlap]]](repeating: [], count: weights.count)
        (self.weights, self.preparation) = (weights, preparation)
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
    /// - Throws: `PreparationError`, ``PredictionError``, `TorchError`, or what `checkEnd` throws.
    public mutating func add(_ subject: Dataset.Case, checkEnd: () throws -> Void) throws {
        let prepared = try preparation.prepare(subject, threads: threads).prepared
        guard let labels = prepared.labels else {
            preconditionFailure("case \(subject.identifier) has no label map to compare with")
        }
        let reference = labels.withValues(as: UInt8.self) { Array($0) }
        let memory = passes.map(ScoreMemory.init)
        for (index, weights) in weights.enumerated() {
            let classes = try classes(of: prepared, memory, weights, checkEnd)
            overlaps[index].append(preparation.labels.overlaps(reference, classes))
        }
    }

    private func classes(
        of prepared: PreparedCase, _ memory: [ScoreMemory], _ weights: [Double],
        _ checkEnd: () throws -> Void
    ) throws -> [UInt8] {
        try withoutActuallyEscaping(checkEnd) { checkEnd in
            let members = memory.enumerated().map { index, memory in
                memory.restart()
                return EnsembleMember(
                    number: index, weight: weights[index] * Double(weights.count)
                ) { images in
                    try checkEnd()
                    return try memory.scores(images)
                }
            }
            var window = SlidingWindow(
                patch: preparation.options.size, overlap: 0, scoreBytes: Self.scoreBytes,
                threads: threads)
            window.rule = preparation.labels.scoreRule
            return try window.classes(
                of: prepared, labels: preparation.labels.outputCount, by: members,
                on: GridMap(from: prepared.size, to: prepared.size)
            ).withValues(as: UInt8.self) { Array($0) }
        }
    }

    /// For the probabilities of a case.
    private static let scoreBytes = 1 << 30

    /// The Dice of the cases so far, for each of the weights.
    public var dice: [ValidationDice] {
        let values = preparation.labels.structures.map(\.value)
        return overlaps.map { ValidationDice(cases: $0, values: values) }
    }
}

/// The scores of a network for the tiles of a case, which are the same for all weights, in the order of the calls.
private final class ScoreMemory {
    private let pass: ForwardPass
    private var known: [Tensor] = []
    private var next = 0

    init(_ pass: ForwardPass) {
        self.pass = pass
    }

    func restart() { next = 0 }

    func scores(_ images: Tensor) throws -> Tensor {
        defer { next += 1 }
        if next < known.count { return known[next] }
        let scores = try pass(images)
        known.append(scores)
        return scores
    }
}

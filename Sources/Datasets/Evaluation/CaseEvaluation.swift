public import SegNASImaging

/// The evaluation of one case.
public struct CaseEvaluation: Equatable, Sendable {
    public let identifier: String
    /// Paths of the two label maps; nil for maps that were never files.
    public var referenceFile: String?
    public var predictionFile: String?
    /// Scores by the stored value of the label.
    public private(set) var scores: [Int: LabelScore]
    /// Lesions by the stored value of the label; nil if they were not counted.
    public private(set) var lesions: [Int: LesionCounts]?
    /// Voxels that count: all but the ignored ones.
    let voxels: Int

    /// Evaluates a predicted label map against a reference on the same grid.
    ///
    /// - Parameters:
    ///   - identifier: Name of the case.
    ///   - reference: The true label map.
    ///   - prediction: The label map to evaluate.
    ///   - labels: The labels to evaluate, and the one to ignore; nil for all that occur, 0 being the background.
    ///   - options: Tolerance, lesions and bootstrap.
    ///   - threads: Each measures a label.
    /// - Throws: `GridMismatch` where sizes or positions of the voxels differ.
    public init(
        _ identifier: String, reference: LabelMap, prediction: LabelMap, labels: LabelTable?,
        options: EvaluationOptions = EvaluationOptions(), threads: Int = 1
    ) throws(GridMismatch) {
        var comparing = LabelComparison.Options()
        comparing.tolerance = options.tolerance
        comparing.ignoring = labels?.ignore.flatMap { Int32(exactly: $0) }
        comparing.threads = threads
        let comparison = try LabelComparison(
            reference: reference, prediction: prediction,
            labels: labels?.foreground.compactMap { Int32(exactly: $0.value) }, options: comparing)
        let ignored = comparing.ignoring.map { reference.count(of: $0) } ?? 0
        let voxels = reference.values.count - ignored
        self.identifier = identifier
        self.voxels = voxels
        scores = Dictionary(
            uniqueKeysWithValues: comparison.labels.map {
                (Int($0.label), LabelScore($0, voxels: voxels))
            })
        guard let smallest = options.lesionVolume else { return }
        let compared = comparison.labels.map(\.label)
        let counts = try LesionCounts.counts(
            reference: reference, prediction: prediction, labels: compared, smallest: smallest,
            ignoring: comparing.ignoring, threads: threads)
        lesions = Dictionary(uniqueKeysWithValues: zip(compared.map(Int.init), counts))
    }

    /// Adds the labels that other cases have.
    mutating func complete(with labels: [LabelTable.Label]) {
        for label in labels where scores[label.value] == nil {
            scores[label.value] = LabelScore(absentAmong: voxels)
            lesions?[label.value] = LesionCounts()
        }
    }

    /// The mean of a metric over the labels for which it is defined here; nil if it is undefined for all.
    public func foregroundMean(_ metric: EvaluationMetric) -> Double? {
        // In the order of labels: the sum of numbers depends on it.
        let values = scores.sorted { $0.key < $1.key }.compactMap { $0.value.values[metric] }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

extension LabelMap {
    fileprivate func count(of label: Int32) -> Int {
        values.withUnsafeBufferPointer { values in values.count { $0 == label } }
    }
}

extension CaseEvaluation: Codable {
    private enum CodingKeys: String, CodingKey {
        case identifier = "case"
        case referenceFile = "reference_file"
        case predictionFile = "prediction_file"
        case scores = "metrics"
        case voxels, lesions
    }
}

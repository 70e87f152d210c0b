public import SegNASImaging

/// The evaluation of one case.
public struct CaseEvaluation: Equatable, Sendable {
    public let identifier: String
    /// Paths of the two label maps; nil for maps that were never files.
    public var referenceFile: String?
    public var predictionFile: String?
    /// Scores by the stored value of the label, or by the value that a region is painted with.
    public private(set) var scores: [Int: LabelScore]
    /// Lesions by the same values; nil if they were not counted.
    public private(set) var lesions: [Int: LesionCounts]?
    /// Voxels that count: all but the ignored ones.
    let voxels: Int

    init(
        identifier: String, scores: [Int: LabelScore], voxels: Int, referenceFile: String? = nil,
        predictionFile: String? = nil
    ) {
        self.identifier = identifier
        self.scores = scores
        self.voxels = voxels
        self.referenceFile = referenceFile
        self.predictionFile = predictionFile
    }

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
        let compared =
            if let labels {
                try labels.compare(prediction, with: reference, comparing)
            } else {
                try LabelComparison(
                    reference: reference, prediction: prediction, options: comparing
                ).labels
            }
        let ignored = comparing.ignoring.map { reference.count(of: $0) } ?? 0
        let voxels = reference.values.count - ignored
        self.identifier = identifier
        self.voxels = voxels
        scores = Dictionary(
            uniqueKeysWithValues: compared.map {
                (Int($0.label), LabelScore($0, voxels: voxels))
            })
        guard let smallest = options.lesionVolume else { return }
        let counts =
            if let labels {
                try labels.lesions(prediction, with: reference, smallest: smallest, comparing)
            } else {
                try LesionCounts.counts(
                    reference: reference, prediction: prediction, labels: compared.map(\.label),
                    smallest: smallest, threads: threads)
            }
        lesions = Dictionary(uniqueKeysWithValues: zip(compared.map { Int($0.label) }, counts))
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

/// A case as nnU-Net's `summary.json` has it: scores by the names of structures, `3` or `(1, 2, 3)`.
struct CaseDocument: Codable {
    let identifier: String
    let referenceFile: String?
    let predictionFile: String?
    let scores: [String: LabelScore]
    let lesions: [String: LesionCounts]?
    let voxels: Int

    private enum CodingKeys: String, CodingKey {
        case identifier = "case"
        case referenceFile = "reference_file"
        case predictionFile = "prediction_file"
        case scores = "metrics"
        case voxels, lesions
    }

    init(_ evaluated: CaseEvaluation, labels: LabelTable) {
        identifier = evaluated.identifier
        referenceFile = evaluated.referenceFile
        predictionFile = evaluated.predictionFile
        voxels = evaluated.voxels
        scores = labels.byKey(evaluated.scores)
        lesions = evaluated.lesions.map(labels.byKey)
    }
}

extension LabelTable {
    /// What is known by the values of structures, by their keys in JSON.
    fileprivate func byKey<Content>(_ contents: [Int: Content]) -> [String: Content] {
        Dictionary(uniqueKeysWithValues: contents.map { (key(ofStructure: $0.key), $0.value) })
    }

    /// And back.
    ///
    /// - Throws: `DecodingError` for something else than the table's structures.
    fileprivate func byValue<Content>(
        _ contents: [String: Content], named name: String
    ) throws -> [Int: Content] {
        let values = Dictionary(
            uniqueKeysWithValues: structures.map { (key(ofStructure: $0.value), $0.value) })
        let pairs = try contents.map { key, content in
            guard let value = values[key] else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: [TextKey(name)], debugDescription: "\(key) is no label"))
            }
            return (value, content)
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }
}

extension CaseEvaluation {
    /// - Throws: `DecodingError` for a score of something else than the table's structures.
    init(_ document: CaseDocument, labels: LabelTable) throws {
        self.init(
            identifier: document.identifier,
            scores: try labels.byValue(document.scores, named: "metrics"),
            voxels: document.voxels, referenceFile: document.referenceFile,
            predictionFile: document.predictionFile)
        lesions = try document.lesions.map { try labels.byValue($0, named: "lesions") }
    }
}

public import SegNASImaging

/// The evaluation of segmented cases: each case, each label over all cases, and the labels together.
///
/// ```swift
/// let cases = try pairs.map { name, reference, prediction in
///     try CaseEvaluation(name, reference: reference, prediction: prediction, labels: dataset.labels)
/// }
/// let evaluation = Evaluation(cases, labels: dataset.labels)
/// print(evaluation.foreground[.dice]?.mean ?? 0)
/// ```
public struct Evaluation: Equatable, Sendable {
    public let labels: LabelTable
    public let options: EvaluationOptions
    public let cases: [CaseEvaluation]
    /// One for each label of the foreground, or for each region, in order.
    public let labelStatistics: [LabelStatistics]
    /// Statistics of the mean over the labels of a case.
    public let foreground: [EvaluationMetric: SampleStatistics]
    /// The lesions of all cases; nil if they were not counted.
    public let lesions: LesionEvaluation?

    /// Statistics of one label over the cases.
    public struct LabelStatistics: Equatable, Sendable {
        public let label: LabelTable.Label
        public let metrics: [EvaluationMetric: SampleStatistics]
        /// The number of cases by where the label occurs.
        public let presence: [LabelPresence: Int]
    }

    /// Summarises cases.
    ///
    /// - Parameters:
    ///   - cases: In the order in which they are reported.
    ///   - labels: The labels that were evaluated; nil for all that occur, named after their values.
    ///   - options: The options of the evaluation.
    ///   - naming: Names for values where there are no labels.
    public init(
        _ cases: [CaseEvaluation], labels: LabelTable?,
        options: EvaluationOptions = EvaluationOptions(),
        naming: (Int) -> String? = { _ in nil }
    ) {
        let table = labels ?? LabelTable(occurringIn: cases, naming: naming)
        let completed = cases.map { evaluated in
            var evaluated = evaluated
            evaluated.complete(with: table.structures)
            return evaluated
        }
        let bootstrap = Bootstrap(options)
        self.labels = table
        self.options = options
        self.cases = completed
        labelStatistics = table.structures.map { label in
            let scores = completed.compactMap { $0.scores[label.value] }
            return LabelStatistics(
                label: label,
                metrics: statistics(bootstrap) { metric in
                    scores.compactMap { $0.values[metric] }
                },
                presence: Dictionary(grouping: scores, by: \.presence).mapValues(\.count))
        }
        foreground = statistics(bootstrap) { metric in
            completed.compactMap { $0.foregroundMean(metric) }
        }
        lesions = LesionEvaluation(completed, labels: table, bootstrap)
    }
}

private func statistics(
    _ bootstrap: Bootstrap, of values: (EvaluationMetric) -> [Double]
) -> [EvaluationMetric: SampleStatistics] {
    var result: [EvaluationMetric: SampleStatistics] = [:]
    for metric in EvaluationMetric.allCases {
        result[metric] = SampleStatistics(values(metric), bootstrap)
    }
    return result
}

extension LabelTable {
    fileprivate init(occurringIn cases: [CaseEvaluation], naming: (Int) -> String?) {
        let values = cases.reduce(into: Set<Int>()) { $0.formUnion($1.scores.keys) }
        self.init(foreground: values.map { Label(name: naming($0) ?? "label_\($0)", value: $0) })
    }
}

/// Options of an evaluation.
public struct EvaluationOptions: Hashable, Codable, Sendable {
    /// Mm by which surfaces may differ in the normalized surface Dice.
    public var tolerance = 1.0
    /// Mm³ from which on a lesion counts, as `LesionCounts` says; nil if lesions are not counted.
    public var lesionVolume: Double?
    /// The number of resamples that the bootstrap draws.
    public var resamples = 2000
    /// Seed of the bootstrap.
    public var seed: UInt64 = 0

    public init() {}
}

extension Evaluation {
    /// Compares the label maps of cases with predictions on the same grids, one case after the other.
    ///
    /// ```swift
    /// let evaluation = try Evaluation(of: dataset.training, labels: dataset.labels) { subject in
    ///     try LabelMap(contentsOf: "predictions/\(subject.identifier).nii.gz")
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - cases: Those that have label maps, as the training cases of a dataset do.
    ///   - labels: Those that are compared, and the one to ignore.
    ///   - threads: Each measures a label.
    ///   - prediction: Predicts a case, or reads what was predicted.
    /// - Throws: `ImageError` and `LabelFault` of label maps that cannot be read, `GridMismatch`,
    ///   and what `prediction` throws.
    public init(
        of cases: [Dataset.Case], labels: LabelTable, threads: Int = 1,
        prediction: (Dataset.Case) throws -> LabelMap
    ) throws {
        var compared: [CaseEvaluation] = []
        for subject in cases {
            guard let label = subject.label else {
                preconditionFailure("case \(subject.identifier) has no label map to compare with")
            }
            let predicted = try prediction(subject)
            compared.append(
                try CaseEvaluation(
                    subject.identifier,
                    reference: LabelMap(contentsOf: label, values: labels.valuesByName),
                    prediction: predicted, labels: labels, threads: threads))
        }
        self.init(compared, labels: labels)
    }
}

/// nnU-Net's `summary.json` with further metrics and statistics; what can be computed from cases is not read back.
extension Evaluation: Codable {
    private enum Key: String, CodingKey {
        case schema, labels, options, statistics, presence, mean, lesions
        case foregroundMean = "foreground_mean"
        case cases = "metric_per_case"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let schema = try container.decode(Int.self, forKey: .schema)
        guard schema == 1 else {
            throw DecodingError.dataCorruptedError(
                forKey: .schema, in: container,
                debugDescription: "schema \(schema) is newer than this program: update segnas3d")
        }
        let labels = try container.decode(LabelTable.self, forKey: .labels)
        self.init(
            try container.decode([CaseDocument].self, forKey: .cases).map {
                try CaseEvaluation($0, labels: labels)
            },
            labels: labels,
            options: try container.decode(EvaluationOptions.self, forKey: .options))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: .schema)
        try container.encode(labels, forKey: .labels)
        try container.encode(options, forKey: .options)
        try container.encode(
            cases.map { CaseDocument($0, labels: labels) }, forKey: .cases)
        let means = labelStatistics.map { (key(of: $0), mean(of: $0)) }
        try container.encode(Dictionary(uniqueKeysWithValues: means), forKey: .mean)
        try container.encode(Self.mean(of: means.map(\.1)), forKey: .foregroundMean)
        var statistics = labelStatistics.map { (key(of: $0), $0.metrics) }
        statistics.append(("foreground", foreground))
        try container.encode(
            Dictionary(uniqueKeysWithValues: statistics), forKey: .statistics)
        let presence = labelStatistics.map { statistics in
            (
                key(of: statistics),
                Dictionary(
                    uniqueKeysWithValues: LabelPresence.allCases.map {
                        ($0.rawValue, statistics.presence[$0, default: 0])
                    })
            )
        }
        try container.encode(Dictionary(uniqueKeysWithValues: presence), forKey: .presence)
        try container.encodeIfPresent(lesions?.byLabel(labels), forKey: .lesions)
    }

    private func key(of statistics: LabelStatistics) -> String {
        labels.key(ofStructure: statistics.label.value)
    }

    /// Means of metrics over the cases that define them, and of counts over all.
    private func mean(of statistics: LabelStatistics) -> [String: Double?] {
        var result: [String: Double?] = [:]
        for metric in EvaluationMetric.allCases {
            result.updateValue(statistics.metrics[metric]?.mean, forKey: metric.rawValue)
        }
        let scores = cases.compactMap { $0.scores[statistics.label.value] }
        for count in LabelScore.Count.allCases {
            let sum = scores.reduce(0.0) { $0 + Double($1[count]) }
            result.updateValue(
                scores.isEmpty ? nil : sum / Double(scores.count), forKey: count.rawValue)
        }
        return result
    }

    /// The mean over labels of their means, as nnU-Net defines it.
    private static func mean(of labels: [[String: Double?]]) -> [String: Double?] {
        var result: [String: Double?] = [:]
        for key in EvaluationMetric.allCases.map(\.rawValue)
            + LabelScore.Count.allCases.map(\.rawValue)
        {
            let values = labels.compactMap { $0[key] ?? nil }
            result.updateValue(
                values.isEmpty ? nil : values.reduce(0, +) / Double(values.count), forKey: key)
        }
        return result
    }
}

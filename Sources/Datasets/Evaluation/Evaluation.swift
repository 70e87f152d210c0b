public import SegNASImaging

/// How well cases were segmented: each of them, each label over all, and the labels together.
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
    /// One for each label of the foreground, in order.
    public let labelStatistics: [LabelStatistics]
    /// Of the mean over the labels of a case.
    public let foreground: [EvaluationMetric: SampleStatistics]

    /// Of one label over the cases.
    public struct LabelStatistics: Equatable, Sendable {
        public let label: LabelTable.Label
        public let metrics: [EvaluationMetric: SampleStatistics]
        /// In how many cases the label occurs so.
        public let presence: [LabelPresence: Int]
    }

    /// Summarises cases.
    ///
    /// - Parameters:
    ///   - cases: In the order in which they are reported.
    ///   - labels: Those that were judged; nil for all that occur, named after their values.
    ///   - options: How they were judged.
    ///   - naming: Names for values where there are no labels.
    public init(
        _ cases: [CaseEvaluation], labels: LabelTable?,
        options: EvaluationOptions = EvaluationOptions(),
        naming: (Int) -> String? = { _ in nil }
    ) {
        let table = labels ?? LabelTable(occurringIn: cases, naming: naming)
        let completed = cases.map { judged in
            var judged = judged
            judged.complete(with: table.foreground)
            return judged
        }
        let bootstrap = Bootstrap(options)
        self.labels = table
        self.options = options
        self.cases = completed
        labelStatistics = table.foreground.map { label in
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

public import SegNASImaging

/// The lesions of all cases of an evaluation, for each label and for all labels together.
public struct LesionEvaluation: Equatable, Sendable {
    /// One for each label of the foreground, in order.
    public let labels: [Statistics]
    /// Of all labels together: the lesions of a case are those of all its labels.
    public let foreground: Statistics

    /// The lesions of a label over the cases.
    public struct Statistics: Equatable, Sendable {
        /// The lesions of all cases together.
        public let all: LesionCounts
        /// Statistics over the cases in which a ratio is defined.
        public let metrics: [LesionMetric: SampleStatistics]

        init(_ cases: [LesionCounts], _ bootstrap: Bootstrap) {
            all = cases.reduce(LesionCounts(), +)
            var metrics: [LesionMetric: SampleStatistics] = [:]
            for metric in LesionMetric.allCases {
                metrics[metric] = SampleStatistics(
                    cases.compactMap { metric.value(of: $0) }, bootstrap)
            }
            self.metrics = metrics
        }
    }

    /// Nil if lesions were not counted in all cases, or there are none.
    init?(_ cases: [CaseEvaluation], labels: LabelTable, _ bootstrap: Bootstrap) {
        let counts = cases.compactMap(\.lesions)
        guard !cases.isEmpty, counts.count == cases.count else { return nil }
        self.labels = labels.structures.map { label in
            Statistics(counts.map { $0[label.value] ?? LesionCounts() }, bootstrap)
        }
        foreground = Statistics(counts.map { $0.values.reduce(LesionCounts(), +) }, bootstrap)
    }
}

/// A ratio of numbers of lesions, by its name in JSON; defined in Documentation/metrics.md.
public enum LesionMetric: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    case sensitivity = "Sensitivity"
    case precision = "Precision"
    case f1 = "F1"

    /// The ratio's value; nil if it is not defined.
    func value(of counts: LesionCounts) -> Double? {
        switch self {
        case .sensitivity: counts.sensitivity
        case .precision: counts.precision
        case .f1: counts.f1
        }
    }
}

extension LesionEvaluation.Statistics: Encodable {
    private enum CodingKeys: String, CodingKey {
        case all
        case metrics = "statistics"
    }
}

extension LesionEvaluation {
    /// By label, as the other statistics of an evaluation.
    func byLabel(_ table: LabelTable) -> [String: Statistics] {
        var result = Dictionary(
            uniqueKeysWithValues: zip(
                table.structures.map { table.key(ofStructure: $0.value) }, labels))
        result["foreground"] = foreground
        return result
    }
}

internal import SegNASImaging

/// nnU-Net's `summary.json` with further metrics and statistics; what can be computed from cases is not read back.
extension Evaluation: Codable {
    private enum Key: String, CodingKey {
        case schema, labels, options, statistics, presence, mean
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
        self.init(
            try container.decode([CaseEvaluation].self, forKey: .cases),
            labels: try container.decode(LabelTable.self, forKey: .labels),
            options: try container.decode(EvaluationOptions.self, forKey: .options))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(1, forKey: .schema)
        try container.encode(labels, forKey: .labels)
        try container.encode(options, forKey: .options)
        try container.encode(cases, forKey: .cases)
        let means = labelStatistics.map { ("\($0.label.value)", mean(of: $0)) }
        try container.encode(Dictionary(uniqueKeysWithValues: means), forKey: .mean)
        try container.encode(Self.mean(of: means.map(\.1)), forKey: .foregroundMean)
        var statistics = labelStatistics.map { ("\($0.label.value)", $0.metrics) }
        statistics.append(("foreground", foreground))
        try container.encode(
            Dictionary(uniqueKeysWithValues: statistics), forKey: .statistics)
        let presence = labelStatistics.map { statistics in
            (
                "\(statistics.label.value)",
                Dictionary(
                    uniqueKeysWithValues: LabelPresence.allCases.map {
                        ($0.rawValue, statistics.presence[$0, default: 0])
                    })
            )
        }
        try container.encode(Dictionary(uniqueKeysWithValues: presence), forKey: .presence)
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

    /// As nnU-Net takes it: the mean over labels of their means.
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

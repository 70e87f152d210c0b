public import SegNASImaging

/// The score of a label in one case: counts of voxels, and the metrics that are defined.
public struct LabelScore: Equatable, Sendable {
    public let overlap: Overlap
    /// Voxels that neither the reference nor the prediction gives this label; ignored ones are not counted.
    public let trueNegatives: Int
    public let values: [EvaluationMetric: Double]

    public var presence: LabelPresence { LabelPresence(overlap) }

    /// - Parameters:
    ///   - metrics: The metrics of the label.
    ///   - voxels: The number of voxels that count.
    init(_ metrics: LabelMetrics, voxels: Int) {
        overlap = metrics.overlap
        trueNegatives = voxels - (overlap.reference + overlap.prediction - overlap.shared)
        let defined = EvaluationMetric.allCases.compactMap { metric in
            metric.value(of: metrics).map { (metric, $0) }
        }
        values = Dictionary(uniqueKeysWithValues: defined)
    }

    /// A label that occurs in none of two maps.
    init(absentAmong voxels: Int) {
        overlap = Overlap()
        trueNegatives = voxels
        values = [:]
    }
}

extension LabelScore: Codable {
    /// Counts of voxels, by nnU-Net's names.
    enum Count: String, CaseIterable {
        case truePositives = "TP"
        case falsePositives = "FP"
        case falseNegatives = "FN"
        case trueNegatives = "TN"
        case prediction = "n_pred"
        case reference = "n_ref"
    }

    subscript(count: Count) -> Int {
        switch count {
        case .truePositives: overlap.shared
        case .falsePositives: overlap.prediction - overlap.shared
        case .falseNegatives: overlap.reference - overlap.shared
        case .trueNegatives: trueNegatives
        case .prediction: overlap.prediction
        case .reference: overlap.reference
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TextKey.self)
        func count(_ count: Count) throws -> Int {
            try container.decode(Int.self, forKey: TextKey(count.rawValue))
        }
        overlap = Overlap(
            reference: try count(.reference), prediction: try count(.prediction),
            shared: try count(.truePositives))
        trueNegatives = try count(.trueNegatives)
        var values: [EvaluationMetric: Double] = [:]
        for metric in EvaluationMetric.allCases {
            values[metric] = try container.decodeIfPresent(
                Double.self, forKey: TextKey(metric.rawValue))
        }
        self.values = values
    }

    /// Writes every metric, as null where it is not defined: scripts look for the key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TextKey.self)
        for count in Count.allCases {
            try container.encode(self[count], forKey: TextKey(count.rawValue))
        }
        for metric in EvaluationMetric.allCases {
            try container.encode(values[metric], forKey: TextKey(metric.rawValue))
        }
    }
}

/// A key of JSON that is known at run time only.
struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A metric that an evaluation reports, by its name in JSON; defined in Documentation/metrics.md.
public enum EvaluationMetric: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    case dice = "Dice"
    case iou = "IoU"
    case sensitivity = "Sensitivity"
    case precision = "Precision"
    /// In mm³.
    case volumeDifference = "VolumeDifference"
    case relativeVolumeDifference = "RelativeVolumeDifference"
    /// In mm, as the two that follow.
    case hausdorff = "HD"
    case hausdorff95 = "HD95"
    case averageSurfaceDistance = "ASSD"
    case surfaceDice = "NSD"

    /// The metric's value; nil if it is not defined.
    func value(of metrics: LabelMetrics) -> Double? {
        switch self {
        case .dice: metrics.dice
        case .iou: metrics.overlap.iou
        case .sensitivity: metrics.overlap.sensitivity
        case .precision: metrics.overlap.precision
        case .volumeDifference: metrics.presence == .neither ? nil : metrics.volumeDifference
        case .relativeVolumeDifference: metrics.overlap.relativeVolumeDifference
        case .hausdorff: metrics.distances?.hausdorff
        case .hausdorff95: metrics.distances?.hausdorffPercentile
        case .averageSurfaceDistance: metrics.distances?.average
        case .surfaceDice: metrics.surfaceDice
        }
    }
}

internal import SegNASImaging

/// What an evaluation reports of a label, by its name in JSON; defined in Documentation/metrics.md.
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

    /// Nil where it is not defined.
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

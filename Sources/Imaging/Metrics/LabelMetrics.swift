/// The agreement of a prediction with a reference on one label.
///
/// A value that is not defined is nil, and is left out of JSON; `presence` says why.
public struct LabelMetrics: Equatable, Sendable {
    public let label: Int32
    public let presence: LabelPresence
    public let overlap: Overlap
    /// Mm³ by which the prediction is larger than the reference, negative where it is smaller.
    public let volumeDifference: Double
    /// Distances between the surfaces; nil unless both have the label, and if they were not requested.
    public let distances: SurfaceMetrics?
    /// The share of both surfaces that lies within the tolerance of the other: the normalized surface Dice.
    ///
    /// 0 if one of the two has the label; nil if none has, or where surfaces were not asked for.
    public let surfaceDice: Double?

    public var dice: Double? { overlap.dice }
}

/// The presence of a label in two label maps.
public enum LabelPresence: String, CaseIterable, Sendable, Codable {
    /// All values are defined.
    case both
    /// The prediction misses the label: Dice, IoU, sensitivity and surface Dice are 0, precision and distances are nil.
    case referenceOnly
    /// The prediction has made it up: Dice, IoU, precision and surface Dice are 0, sensitivity, the relative volume
    /// difference and distances are nil.
    case predictionOnly
    /// Nothing to compare: all values are nil.
    case neither

    package init(_ overlap: Overlap) {
        self =
            switch (overlap.reference > 0, overlap.prediction > 0) {
            case (true, true): .both
            case (true, false): .referenceOnly
            case (false, true): .predictionOnly
            case (false, false): .neither
            }
    }
}

extension LabelMetrics: Encodable {
    private enum Key: String, CodingKey {
        case label, presence, referenceVoxels, predictionVoxels, sharedVoxels
        case dice, iou, sensitivity, precision, volumeDifference, relativeVolumeDifference
        case hausdorff, hausdorffPercentile, averageSurfaceDistance, surfaceDice
    }

    /// Writes counts and all metrics side by side; those that are not defined are left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(label, forKey: .label)
        try container.encode(presence, forKey: .presence)
        try container.encode(overlap.reference, forKey: .referenceVoxels)
        try container.encode(overlap.prediction, forKey: .predictionVoxels)
        try container.encode(overlap.shared, forKey: .sharedVoxels)
        try container.encodeIfPresent(overlap.dice, forKey: .dice)
        try container.encodeIfPresent(overlap.iou, forKey: .iou)
        try container.encodeIfPresent(overlap.sensitivity, forKey: .sensitivity)
        try container.encodeIfPresent(overlap.precision, forKey: .precision)
        if presence != .neither {
            try container.encode(volumeDifference, forKey: .volumeDifference)
        }
        try container.encodeIfPresent(
            overlap.relativeVolumeDifference, forKey: .relativeVolumeDifference)
        try container.encodeIfPresent(distances?.hausdorff, forKey: .hausdorff)
        try container.encodeIfPresent(distances?.hausdorffPercentile, forKey: .hausdorffPercentile)
        try container.encodeIfPresent(distances?.average, forKey: .averageSurfaceDistance)
        try container.encodeIfPresent(surfaceDice, forKey: .surfaceDice)
    }
}

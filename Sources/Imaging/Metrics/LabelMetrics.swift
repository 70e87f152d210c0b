/// How well a prediction agrees with a reference on one label.
///
/// A value that is not defined is nil, and is left out of JSON; `presence` says why.
public struct LabelMetrics: Equatable, Sendable {
    public let label: Int32
    public let presence: LabelPresence
    public let overlap: Overlap
    /// Mm³ by which the prediction is larger than the reference, negative where it is smaller.
    public let volumeDifference: Double
    /// Distances between the surfaces; nil unless both have the label, or where they were not asked for.
    public let distances: SurfaceMetrics?
    /// The share of both surfaces that lies within the tolerance of the other: the normalized surface Dice.
    ///
    /// 0 where one of the two has the label; nil where none has, or where surfaces were not asked for.
    public let surfaceDice: Double?

    public var dice: Double? { overlap.dice }
}

/// Which of two label maps have a label.
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

/// How many voxels of one label two label maps have, and share.
///
/// Formulas: Taha & Hanbury 2015, "Metrics for evaluating 3D medical image segmentation",
/// doi:10.1186/s12880-015-0068-x. A ratio is nil where it would be 0 / 0.
public struct Overlap: Hashable, Sendable {
    /// Voxels of the label in the reference, R.
    public var reference: Int
    /// Voxels of the label in the prediction, P.
    public var prediction: Int
    /// Voxels of the label in both, R ∩ P: the true positives.
    public var shared: Int

    public init(reference: Int = 0, prediction: Int = 0, shared: Int = 0) {
        self.reference = reference
        self.prediction = prediction
        self.shared = shared
    }

    /// 2 |R ∩ P| / (|R| + |P|), the coefficient of Dice.
    public var dice: Double? { ratio(2 * shared, reference + prediction) }

    /// |R ∩ P| / |R ∪ P|, the index of Jaccard.
    public var iou: Double? { ratio(shared, reference + prediction - shared) }

    /// |R ∩ P| / |R|, also called recall.
    public var sensitivity: Double? { ratio(shared, reference) }

    /// |R ∩ P| / |P|, also called positive predictive value.
    public var precision: Double? { ratio(shared, prediction) }

    /// (|P| - |R|) / |R|: positive where the prediction is too large.
    public var relativeVolumeDifference: Double? { ratio(prediction - reference, reference) }

    public static func + (a: Overlap, b: Overlap) -> Overlap {
        Overlap(
            reference: a.reference + b.reference, prediction: a.prediction + b.prediction,
            shared: a.shared + b.shared)
    }
}

private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
}

/// How the probabilities at a voxel become its class.
package enum ScoreRule: Hashable, Sendable {
    /// Classes exclude each other: the most probable one, of equal ones the first.
    case mostProbable
    /// Regions may overlap: each paints its class where its probability is more than ½, later ones over earlier ones;
    /// the rest is class 0.
    case painted([UInt8])

    /// The probability that the output of a region exceeds where it is painted.
    package static let threshold: Float = 0.5

    /// The least probability of one of several outputs that the class of a voxel can follow from.
    func least(of outputs: Int) -> Float {
        switch self {
        case .mostProbable: 1 / Float(outputs)
        case .painted: Self.threshold
        }
    }
}

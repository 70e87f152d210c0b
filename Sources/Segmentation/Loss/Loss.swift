public import SegNASTorch

/// What training makes small.
public enum LossFunction: String, CaseIterable, Codable, Sendable {
    /// The paper's.
    case exponentialLogarithmic = "exponential-logarithmic"
    /// nnU-Net's.
    case diceCrossEntropy = "dice-cross-entropy"
}

/// A loss for one data set: scores `[N, L, D, H, W]` and labels `[N, D, H, W]` of type uint8 in, rank 0 out.
///
/// Voxels of label `Tensor.ignoredLabel` do not enter it.
public struct Loss {
    private let compute: (Tensor, Tensor) throws(TorchError) -> Tensor

    /// For labels that occur so often in the training set, background included.
    public init(_ function: LossFunction, labelFrequencies: [Double]) {
        switch function {
        case .exponentialLogarithmic:
            let loss = ExponentialLogarithmicLoss(labelFrequencies: labelFrequencies)
            compute = { scores, labels throws(TorchError) in try loss(scores, labels: labels) }
        case .diceCrossEntropy:
            let loss = DiceCrossEntropyLoss(classes: labelFrequencies.count)
            compute = { scores, labels throws(TorchError) in try loss(scores, labels: labels) }
        }
    }

    /// The loss in float32 (float64 for scores of that type).
    public func callAsFunction(
        _ scores: Tensor, labels: Tensor
    ) throws(TorchError) -> Tensor {
        try compute(scores, labels)
    }

    /// The weighted sum over levels.
    func callAsFunction(_ levels: [SupervisedScores]) throws(TorchError) -> Tensor {
        guard let full = levels.first else {
            preconditionFailure("scores of full size are always there")
        }
        var sum = try compute(full.scores, full.labels)
        if full.weight != 1 { sum = try sum * full.weight }
        for level in levels.dropFirst() {
            sum = try sum + compute(level.scores, level.labels) * level.weight
        }
        return sum
    }
}

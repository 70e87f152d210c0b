public import Torch

/// The exponential logarithmic loss: Wong et al., MICCAI 2018, arXiv:1809.00076, equations 1 to 4.
///
/// L = w_D·E[(−ln Dice_i)^γ] + w_X·E[w_l·(−ln p_l(x))^γ], over labels i and voxels x with true label l, in float32.
public struct ExponentialLogarithmicLoss {
    /// γ of both terms.
    public var gamma = 0.3
    /// w_D and w_X.
    public var diceWeight = 0.8
    public var crossEntropyWeight = 0.2
    /// w_l = (Σ_k f_k / f_l)^½ for label frequencies f; 0 for a label absent from training.
    public let labelWeights: [Double]

    /// ε of the Dice coefficient.
    private static let smoothing = 1.0
    /// The gradient of (−ln p)^γ is unbounded as p → 1 for γ < 1.
    private static let leastLogarithm = 1e-6
    private static let leastDice = 1e-7

    /// A loss for labels that occur so often in the training set, background included.
    public init(labelFrequencies frequencies: [Double]) {
        let total = frequencies.reduce(0 as Double) { $0 + $1 }
        labelWeights = frequencies.map { $0 > 0 ? (total / $0).squareRoot() : 0 as Double }
    }

    /// The loss, rank 0, of scores `[N, L, D, H, W]` against labels `[N, D, H, W]` of type int64.
    public func callAsFunction(
        _ scores: Tensor, labels: Tensor
    ) throws(TorchError) -> Tensor {
        let logarithms = try scores.cast(to: .float32).logSoftmax(along: 1)  // [N, L, D, H, W]
        let dice = try diceTerm(logarithms, labels)
        return try dice * diceWeight + crossEntropyTerm(logarithms, labels) * crossEntropyWeight
    }

    private func diceTerm(_ logarithms: Tensor, _ labels: Tensor) throws(TorchError) -> Tensor {
        let voxels = [2, 3, 4]
        let probabilities = try logarithms.exp()
        let truth = try labels.oneHot(classes: labelWeights.count)  // [N, L, D, H, W]
        let common = try (probabilities * truth).sum(over: voxels)  // [N, L]
        let total = try probabilities.sum(over: voxels) + truth.sum(over: voxels)
        let dice = try (common * 2.0 + Self.smoothing) / (total + Self.smoothing)
        let limited = try dice.clamped(min: Self.leastDice, max: 1 - Self.leastDice)
        let terms = try (-limited.log()).power(gamma)
        return try (terms * present(on: terms.device)).sum(over: [1]).mean()
    }

    /// Weights `[L]` that average over the labels that occur in training.
    private func present(on device: Device) throws(TorchError) -> Tensor {
        let count = Double(labelWeights.count { $0 > 0 })
        let shares = labelWeights.map { $0 > 0 ? Float(1 / count) : 0 }
        return try Tensor(shares, shape: [shares.count]).moved(to: device)
    }

    private func crossEntropyTerm(
        _ logarithms: Tensor, _ labels: Tensor
    ) throws(TorchError) -> Tensor {
        let index = try labels.unsqueezed(at: 1)  // [N, 1, D, H, W]
        let losses = try (-logarithms.gathered(index, along: 1)).clamped(min: Self.leastLogarithm)
        let weights = try Tensor(
            labelWeights.map { Float($0) }, shape: [1, labelWeights.count, 1, 1, 1]
        )
        .moved(to: labels.device).expanded(to: logarithms.shape).gathered(index, along: 1)
        return try (losses.power(gamma) * weights).mean()
    }
}

internal import SegNASTorch

/// The exponential logarithmic loss: Wong et al., MICCAI 2018, arXiv:1809.00076, equations 1 to 4.
///
/// L = w_D·E[(−ln Dice_i)^γ] + w_X·E[w_l·(−ln p_l(x))^γ], over labels i and voxels x with true label l, in float32.
/// Dice coefficients are those of each image, for the labels that occur in training.
struct ExponentialLogarithmicLoss {
    /// γ of both terms.
    var gamma = 0.3
    /// w_D and w_X.
    var diceWeight = 0.8
    var crossEntropyWeight = 0.2
    /// w_l = (Σ_k f_k / f_l)^½ for label frequencies f; 0 for a label absent from training.
    let labelWeights: [Double]

    /// ε of the Dice coefficient.
    private static let smoothing = 1.0
    /// The gradient of (−ln p)^γ is unbounded as p → 1 for γ < 1.
    private static let leastLogarithm = 1e-6
    private static let leastDice = 1e-7

    /// A loss for labels that occur so often in the training set, background included.
    init(labelFrequencies frequencies: [Double]) {
        let total = frequencies.reduce(0 as Double) { $0 + $1 }
        labelWeights = frequencies.map { $0 > 0 ? (total / $0).squareRoot() : 0 as Double }
    }

    func callAsFunction(_ scores: Tensor, labels: Tensor) throws(TorchError) -> Tensor {
        let weights = try Tensor(labelWeights, shape: [labelWeights.count])
        let sums = try scores.classSums(
            labels: labels, weights: weights.moved(to: scores.device), gamma: gamma,
            least: Self.leastLogarithm)
        let cross = try sums.cross / sums.actual.sum().clamped(min: 1)
        return try diceTerm(sums) * diceWeight + cross * crossEntropyWeight
    }

    private func diceTerm(_ sums: ClassSums) throws(TorchError) -> Tensor {
        let dice =
            try (sums.common * 2.0 + Self.smoothing)
            / (sums.predicted + sums.actual + Self.smoothing)  // [N, L]
        let limited = try dice.clamped(min: Self.leastDice, max: 1 - Self.leastDice)
        let terms = try (-limited.log()).power(gamma)
        return try (terms * present(for: terms)).sum(over: [1]).mean()
    }

    /// Weights `[L]` that average over the labels that occur in training.
    private func present(for terms: Tensor) throws(TorchError) -> Tensor {
        let count = Double(labelWeights.count { $0 > 0 })
        let shares = labelWeights.map { $0 > 0 ? 1 / count : 0 }
        return try Tensor(shares, shape: [shares.count]).moved(to: terms.device)
            .cast(to: terms.dtype)
    }
}

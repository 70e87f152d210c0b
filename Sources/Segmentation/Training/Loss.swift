public import SegNASTorch

/// The loss function that training minimizes.
public enum LossFunction: String, CaseIterable, Codable, Sendable {
    /// The loss of the paper.
    case exponentialLogarithmic = "exponential-logarithmic"
    /// The loss of nnU-Net.
    case diceCrossEntropy = "dice-cross-entropy"
}

/// A loss for one dataset: scores `[N, L, D, H, W]` and labels `[N, D, H, W]` of type uint8 in, rank 0 out.
///
/// Voxels of label `Tensor.ignoredLabel` do not enter it.
///
/// Of images on several devices it is the loss of the whole batch: each device makes the sums of its images, from which
/// the first one computes the loss. So Dice coefficients over the batch, and means over voxels of which some are
/// ignored, are those of one device.
public struct Loss {
    private let compute: (ShardedTensor, ShardedTensor) throws(TorchError) -> Tensor

    /// A loss for labels with these frequencies in the training set, background included.
    ///
    /// With regions, each the labels that make it up, the scores are those of the regions: `[N, R, D, H, W]`.
    public init(
        _ function: LossFunction, labelFrequencies: [Double], regions: [[UInt8]]? = nil
    ) {
        let regions = regions.map { RegionTargets($0, labelFrequencies: labelFrequencies) }
        switch (function, regions) {
        case (.exponentialLogarithmic, nil):
            let loss = ExponentialLogarithmicLoss(labelFrequencies: labelFrequencies)
            compute = { scores, labels throws(TorchError) in try loss(scores, labels: labels) }
        case (.exponentialLogarithmic, let regions?):
            let loss = ExponentialLogarithmicRegionLoss(regions: regions)
            compute = { scores, labels throws(TorchError) in try loss(scores, labels: labels) }
        case (.diceCrossEntropy, nil):
            let loss = DiceCrossEntropyLoss(classes: labelFrequencies.count)
            compute = { scores, labels throws(TorchError) in try loss(scores, labels: labels) }
        case (.diceCrossEntropy, let regions?):
            let loss = DiceCrossEntropyRegionLoss(regions: regions)
            compute = { scores, labels throws(TorchError) in try loss(scores, labels: labels) }
        }
    }

    /// The loss in float32 (float64 for scores of that type).
    public func callAsFunction(
        _ scores: Tensor, labels: Tensor
    ) throws(TorchError) -> Tensor {
        try compute(ShardedTensor(scores), ShardedTensor(labels))
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
    private let weights: DeviceConstant
    /// Weights that average over the labels that occur in training.
    private let shares: DeviceConstant

    /// ε of the Dice coefficient.
    private static let smoothing = 1.0
    /// The gradient of (−ln p)^γ is unbounded as p → 1 for γ < 1.
    static let minLogarithm = 1e-6
    private static let minDice = 1e-7

    /// A loss for labels with these frequencies in the training set, background included.
    init(labelFrequencies frequencies: [Double]) {
        let total = frequencies.reduce(0 as Double) { $0 + $1 }
        let weights = frequencies.map { $0 > 0 ? (total / $0).squareRoot() : 0 as Double }
        let count = Double(weights.count { $0 > 0 })
        labelWeights = weights
        self.weights = DeviceConstant(weights)
        shares = DeviceConstant(weights.map { $0 > 0 ? 1 / count : 0 })
    }

    func callAsFunction(
        _ scores: ShardedTensor, labels: ShardedTensor
    ) throws(TorchError) -> Tensor {
        let sums = try scores.classSums(
            labels: labels, weights: weights, gamma: gamma, minLogarithm: Self.minLogarithm)
        let cross = try sums.cross / sums.actual.sum().clamped(min: 1)
        return try diceTerm(sums) * diceWeight + cross * crossEntropyWeight
    }

    private func diceTerm(_ sums: ClassSums) throws(TorchError) -> Tensor {
        let terms = try Self.diceTerms(sums.common, sums.predicted + sums.actual, gamma: gamma)
        let shares = try shares.on(terms.device).cast(to: terms.dtype)
        return try (terms * shares).sum(over: [1]).mean()
    }

    /// (−ln Dice)^γ of each image and label, from what prediction and truth have in common and both together: `[N, L]`.
    static func diceTerms(
        _ common: Tensor, _ total: Tensor, gamma: Double
    ) throws(TorchError) -> Tensor {
        let dice = try (common * 2.0 + smoothing) / (total + smoothing)
        let limited = try dice.clamped(min: minDice, max: 1 - minDice)
        return try (-limited.log()).power(gamma)
    }
}

/// Dice loss plus cross-entropy with equal weights, as nnU-Net trains.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z: L = −E_i[(2 Σ p_i t_i + ε)/(Σ p_i + Σ t_i + ε)] −
/// E_x[ln p_l(x)], the Dice coefficients over the whole batch (nnU-Net's `batch_dice`) and without the background,
/// ε = 10⁻⁵. 1 is added, so that a perfect prediction costs 0.
struct DiceCrossEntropyLoss {
    static let smoothing = 1e-5

    private let classes: Int
    private let weights: DeviceConstant

    init(classes: Int) {
        self.classes = classes
        weights = DeviceConstant(Array(repeating: 1, count: classes))
    }

    func callAsFunction(
        _ scores: ShardedTensor, labels: ShardedTensor
    ) throws(TorchError) -> Tensor {
        let sums = try scores.classSums(
            labels: labels, weights: weights, gamma: 1, minLogarithm: 0)
        let common = try sums.common.sum(over: [0]).sliced(1..<classes, along: 0)  // [L − 1]
        let total = try (sums.predicted + sums.actual).sum(over: [0]).sliced(1..<classes, along: 0)
        let dice = try (common * 2.0 + Self.smoothing) / (total + Self.smoothing)
        let cross = try sums.cross / sums.actual.sum().clamped(min: 1)
        return try cross - dice.mean() + 1.0
    }
}

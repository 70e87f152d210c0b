internal import SegNASTorch

/// The regions of a dataset as losses see them, and how often they occur.
struct RegionTargets {
    /// For each region, whether each label belongs to it.
    let members: [[Bool]]
    /// The share of the training set's voxels in each region.
    let shares: [Double]
    /// `[R, L]`: 1 where a label belongs to a region, else 0.
    let memberConstant: DeviceConstant

    /// Regions, each the labels that make it up, of labels with these frequencies in the training set, background
    /// included.
    init(_ regions: [[UInt8]], labelFrequencies frequencies: [Double]) {
        members = regions.map { region in
            frequencies.indices.map { region.contains(UInt8($0)) }
        }
        let total = max(frequencies.reduce(0, +), .leastNormalMagnitude)
        shares = members.map { region in
            zip(region, frequencies).reduce(0) { $0 + ($1.0 ? $1.1 : 0) } / total
        }
        memberConstant = DeviceConstant(
            members.flatMap { $0.map { $0 ? 1 : 0 } }, shape: [regions.count, frequencies.count])
    }

    var count: Int { members.count }

    /// Weights outside and inside of each region: `[R, 2]`.
    func weights(_ weights: [(outside: Double, inside: Double)]) -> DeviceConstant {
        DeviceConstant(weights.flatMap { [$0.outside, $0.inside] }, shape: [count, 2])
    }

    /// The sums over the voxels of scores `[N, R, D, H, W]`, with weights outside and inside of each region.
    func sums(
        of scores: ShardedTensor, labels: ShardedTensor, weights: DeviceConstant, gamma: Double,
        minLogarithm: Double
    ) throws(TorchError) -> RegionSums {
        try scores.regionSums(
            labels: labels, members: memberConstant, weights: weights, gamma: gamma,
            minLogarithm: minLogarithm)
    }
}

/// The exponential logarithmic loss of regions: the mean over them of the loss that Wong et al., MICCAI 2018,
/// arXiv:1809.00076, define for two labels, a region and the rest.
///
/// With p_i = σ(s_i) of the score s_i, t_i(x) = 1 inside of region i and 0 outside, q_i = p_i inside and 1 − p_i
/// outside, and f_i the share of the training set's voxels in region i:
///
/// L = w_D·E_i[½(−ln Dice_i)^γ + ½(−ln Dice′_i)^γ] + w_X·E_i,x[w_it(x)·(−ln q_i(x))^γ],
/// Dice_i = (2 Σ_x t_i p_i + ε)/(Σ_x t_i + p_i + ε), Dice′_i the same of 1 − t_i and 1 − p_i,
/// w_i1 = f_i^−½, w_i0 = (1 − f_i)^−½.
///
/// For one region this is ``ExponentialLogarithmicLoss`` of two labels with the scores 0 and s. Dice coefficients are
/// those of each image; a region that training has nowhere, or everywhere, counts with the other side alone.
struct ExponentialLogarithmicRegionLoss {
    /// γ of both terms.
    var gamma = 0.3
    /// w_D and w_X.
    var diceWeight = 0.8
    var crossEntropyWeight = 0.2
    private let regions: RegionTargets
    private let weights: DeviceConstant
    /// Weights of either side of each region, which average over the sides that occur in training: `[R]`.
    private let insideShares, outsideShares: DeviceConstant

    init(regions: RegionTargets) {
        self.regions = regions
        weights = regions.weights(
            regions.shares.map { share in
                (
                    outside: share < 1 ? 1 / (1 - share).squareRoot() : 0 as Double,
                    inside: share > 0 ? 1 / share.squareRoot() : 0 as Double
                )
            })
        func shares(_ occurs: (Double) -> Bool) -> DeviceConstant {
            DeviceConstant(
                regions.shares.map { share in
                    let sides = share > 0 && share < 1 ? 2.0 : 1
                    return occurs(share) ? 1 / (sides * Double(regions.count)) : 0
                })
        }
        insideShares = shares { $0 > 0 }
        outsideShares = shares { $0 < 1 }
    }

    func callAsFunction(
        _ scores: ShardedTensor, labels: ShardedTensor
    ) throws(TorchError) -> Tensor {
        let sums = try regions.sums(
            of: scores, labels: labels, weights: weights, gamma: gamma,
            minLogarithm: ExponentialLogarithmicLoss.minLogarithm)
        let voxels = try sums.counted.sum().clamped(min: 1)
        let cross = try sums.cross / (voxels * Double(regions.count))
        return try diceTerm(sums) * diceWeight + cross * crossEntropyWeight
    }

    private func diceTerm(_ sums: RegionSums) throws(TorchError) -> Tensor {
        let total = try sums.predicted + sums.actual  // [N, R]
        let voxels = try sums.counted.unsqueezed(at: 1)  // [N, 1]
        let inside = try ExponentialLogarithmicLoss.diceTerms(sums.common, total, gamma: gamma)
        let outside = try ExponentialLogarithmicLoss.diceTerms(
            voxels - total + sums.common, voxels * 2.0 - total, gamma: gamma)
        let terms = try inside * insideShares.on(inside.device).cast(to: inside.dtype)
        let others = try outside * outsideShares.on(outside.device).cast(to: outside.dtype)
        return try (terms + others).sum(over: [1]).mean()
    }
}

/// Dice loss plus binary cross-entropy with equal weights, as nnU-Net trains on regions.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z: L = −E_i[(2 Σ p_i t_i + ε)/(Σ p_i + Σ t_i + ε)] −
/// E_i,x[ln q_i(x)] with p_i the sigmoid of region i's score, t_i(x) = 1 inside of it and 0 outside, q_i = p_i inside
/// and 1 − p_i outside; Dice coefficients over the whole batch (nnU-Net's `batch_dice`), ε = 10⁻⁵. 1 is added, so that
/// a perfect prediction costs 0. Where voxels are ignored, too, the cross-entropy is the mean over regions: nnU-Net
/// takes their sum then.
struct DiceCrossEntropyRegionLoss {
    private let regions: RegionTargets
    private let weights: DeviceConstant

    init(regions: RegionTargets) {
        self.regions = regions
        weights = regions.weights(
            Array(repeating: (outside: 1, inside: 1), count: regions.count))
    }

    func callAsFunction(
        _ scores: ShardedTensor, labels: ShardedTensor
    ) throws(TorchError) -> Tensor {
        let sums = try regions.sums(
            of: scores, labels: labels, weights: weights, gamma: 1, minLogarithm: 0)
        let smoothing = DiceCrossEntropyLoss.smoothing
        let common = try sums.common.sum(over: [0])  // [R]
        let total = try (sums.predicted + sums.actual).sum(over: [0])
        let dice = try (common * 2.0 + smoothing) / (total + smoothing)
        let voxels = try sums.counted.sum().clamped(min: 1)
        return try sums.cross / (voxels * Double(regions.count)) - dice.mean() + 1.0
    }
}

internal import SegNASTorch

/// Dice loss plus cross-entropy with equal weights, as nnU-Net trains.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z: L = −E_i[(2 Σ p_i t_i + ε)/(Σ p_i + Σ t_i + ε)] −
/// E_x[ln p_l(x)], the Dice coefficients over the whole batch (nnU-Net's `batch_dice`) and without the background,
/// ε = 10⁻⁵. 1 is added, so that a perfect prediction costs 0.
struct DiceCrossEntropyLoss {
    private static let smoothing = 1e-5

    let classes: Int

    func callAsFunction(_ scores: Tensor, labels: Tensor) throws(TorchError) -> Tensor {
        let sums = try scores.classSums(
            labels: labels, weights: .ones([classes], device: scores.device), gamma: 1, least: 0)
        let common = try sums.common.sum(over: [0]).sliced(1..<classes, along: 0)  // [L − 1]
        let total = try (sums.predicted + sums.actual).sum(over: [0]).sliced(1..<classes, along: 0)
        let dice = try (common * 2.0 + Self.smoothing) / (total + Self.smoothing)
        let cross = try sums.cross / sums.actual.sum().clamped(min: 1)
        return try cross - dice.mean() + 1.0
    }
}

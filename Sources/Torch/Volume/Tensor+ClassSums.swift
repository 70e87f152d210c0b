internal import CTorch

/// The sums over voxels that segmentation losses are made of, with gradients where marked.
///
/// p is the softmax of the scores, l(x) the label of voxel x.
public struct ClassSums {
    /// Σ p_i(x) over voxels of label i, with gradient: `[N, L]`.
    public var common: Tensor
    /// Σ p_i(x) over all voxels, with gradient: `[N, L]`.
    public var predicted: Tensor
    /// Voxels of label i: `[N, L]`.
    public var actual: Tensor
    /// Σ w_l(x)·max(−ln p_l(x), least)^γ over all voxels and images, with gradient: rank 0.
    public var cross: Tensor
}

extension Tensor {
    /// The label that marks voxels which enter no sum.
    public static let ignoredLabel: UInt8 = 255

    /// Sums over the voxels of scores `[N, L, D, H, W]` with labels `[N, D, H, W]` of type uint8.
    ///
    /// Weights are `[L]`. Computed in float32 in one pass, without memory of the scores' size; the gradient takes
    /// another pass and as much memory as the scores. Scores of type float64 are summed in that type. A label that is neither below L nor 255 is an error.
    public func classSums(
        labels: Tensor, weights: Tensor, gamma: Double, least: Double
    ) throws(TorchError) -> ClassSums {
        var sums = ct_class_sums()
        try check(
            withExtendedLifetime((self, labels, weights)) {
                ct_sum_classes(handle, labels.handle, weights.handle, gamma, least, &sums)
            })
        return ClassSums(
            common: Tensor(owning: sums.common), predicted: Tensor(owning: sums.predicted),
            actual: Tensor(owning: sums.actual), cross: Tensor(owning: sums.cross))
    }
}

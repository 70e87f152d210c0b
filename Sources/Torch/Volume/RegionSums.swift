internal import CTorch

/// The sums over voxels that losses of regions are made of, with gradients where marked.
///
/// p is the sigmoid of the scores, t_i(x) is 1 where voxel x belongs to region i and 0 elsewhere.
public struct RegionSums {
    /// Σ p_i(x) t_i(x), with gradient: `[N, R]`.
    public var common: Tensor
    /// Σ p_i(x), with gradient: `[N, R]`.
    public var predicted: Tensor
    /// Σ t_i(x): `[N, R]`.
    public var actual: Tensor
    /// Voxels that count: `[N]`.
    public var counted: Tensor
    /// Σ w_it(x)·max(−ln q_i(x), minLogarithm)^γ over all voxels, regions and images, with gradient: rank 0; q is p
    /// where t is 1, and 1 − p elsewhere.
    public var cross: Tensor
}

extension Tensor {
    /// Sums over the voxels of scores `[N, R, D, H, W]` of regions, which may overlap.
    ///
    /// Labels are `[N, D, H, W]` of type uint8, members `[R, L]`: 1 where a label belongs to a region, else 0. Weights
    /// are `[R, 2]`, outside of each region and inside. Computed in float32 in one pass, without memory of the scores'
    /// size; the gradient takes another pass and as much memory as the scores. Scores of type float64 are summed in
    /// that type. A label that is neither below L nor 255 is an error.
    public func regionSums(
        labels: Tensor, members: Tensor, weights: Tensor, gamma: Double, minLogarithm: Double
    ) throws(TorchError) -> RegionSums {
        var sums = ct_region_sums()
        try check(
            withExtendedLifetime((self, labels, members, weights)) {
                ct_sum_regions(
                    handle, labels.handle, members.handle, weights.handle, gamma, minLogarithm,
                    &sums)
            })
        return RegionSums(
            common: Tensor(owning: sums.common), predicted: Tensor(owning: sums.predicted),
            actual: Tensor(owning: sums.actual), counted: Tensor(owning: sums.counted),
            cross: Tensor(owning: sums.cross))
    }
}

extension ShardedTensor {
    /// The sums of all shards, see ``Tensor/regionSums(labels:members:weights:gamma:minLogarithm:)``, on the first
    /// device.
    public func regionSums(
        labels: ShardedTensor, members: DeviceConstant, weights: DeviceConstant, gamma: Double,
        minLogarithm: Double
    ) throws(TorchError) -> RegionSums {
        let parts = try zip(shards, labels.shards).map { scores, labels throws(TorchError) in
            try scores.regionSums(
                labels: labels, members: members.on(scores.device),
                weights: weights.on(scores.device), gamma: gamma, minLogarithm: minLogarithm)
        }
        return RegionSums(
            common: try .gathered(parts.map(\.common)),
            predicted: try .gathered(parts.map(\.predicted)),
            actual: try .gathered(parts.map(\.actual)),
            counted: try .gathered(parts.map(\.counted)), cross: try .reduced(parts.map(\.cross)))
    }
}

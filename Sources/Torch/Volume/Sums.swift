internal import CTorch

/// A summand of a feature map, a ``Tensor`` or a ``ShardedTensor``: plain values, or normalized and rectified ones.
public struct Summand<Map> {
    public var x: Map  // [N, C, D, H, W]
    public var norm: Norm3D?
    /// True if negative values are rectified, which needs a normalization.
    public var hasReLU: Bool
    /// The slope of negative values under ReLU: 0, or that of a leaky one.
    public var slope: Double
    /// True if dropout applies.
    public var isDropped = false
    /// The moments by which batch normalization goes; nil for those of the map, or the running ones.
    var moments: ChannelMoments?

    public init(_ x: Map, norm: Norm3D? = nil, hasReLU: Bool = false, slope: Double = 0) {
        self.x = x
        self.norm = norm
        self.hasReLU = hasReLU
        self.slope = slope
    }
}

extension Tensor {
    /// The sum of summands of one shape; those under dropout are multiplied by `keep` `[N, C]`.
    ///
    /// Negative values of the whole sum are multiplied by `slope`: 1 leaves them, another is a leaky ReLU.
    /// In channels-last order, on the CPU and by kernels of this program on GPUs (``GPUKernels``), each map is read
    /// twice forward and twice backward, and the input of a following convolution is recomputed for its gradient rather
    /// than kept.
    public static func sum(
        _ summands: [Summand<Tensor>], keep: Tensor? = nil, training: Bool, slope: Double = 1
    ) throws(TorchError) -> Tensor {
        try withExtendedLifetime((summands, keep)) { () throws(TorchError) in
            let terms = summands.map(\.term)
            var options = ct_norm_sum_options(
                keep: keep?.handle ?? ct_tensor(), training: training, slope: slope)
            return try produce { ct_norm_sum(terms, terms.count, &options, $0) }
        }
    }

    /// Factors of spatial dropout `[N, C]`: 0 with a probability, else 1/(1 − probability).
    ///
    /// Draws from the device's generator (``Device/seed(_:)``). Tompson et al. 2015, arXiv:1411.4280.
    public static func dropoutFactors(
        images: Int, channels: Int, probability: Double, device: Device
    ) throws(TorchError) -> Tensor {
        try produce {
            ct_dropout_factors(Int64(images), Int64(channels), probability, device.code, $0)
        }
    }
}

extension Summand<Tensor> {
    fileprivate var term: ct_term {
        var term = ct_term()
        term.x = x.handle
        term.has_relu = hasReLU
        term.slope = slope
        term.is_dropped = isDropped
        switch norm {
        case nil: break
        case .batch(let norm):
            (term.weight, term.bias) = (norm.weight.handle, norm.bias.handle)
            term.running_mean = norm.running.mean.handle
            term.running_variance = norm.running.variance.handle
            (term.momentum, term.epsilon) = (norm.momentum, norm.epsilon)
            if let moments {
                (term.mean, term.variance) = (moments.mean.handle, moments.variance.handle)
            }
        case .instance(let norm):
            (term.weight, term.bias) = (norm.weight.handle, norm.bias.handle)
            term.epsilon = norm.epsilon
        }
        return term
    }
}

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
    /// Σ w_l(x)·max(−ln p_l(x), minLogarithm)^γ over all voxels and images, with gradient: rank 0.
    public var cross: Tensor
}

extension Tensor {
    /// The label of voxels to leave out of all sums.
    public static let ignoredLabel: UInt8 = 255

    /// Sums over the voxels of scores `[N, L, D, H, W]` with labels `[N, D, H, W]` of type uint8.
    ///
    /// Weights are `[L]`. Computed in float32 in one pass, without memory of the scores' size; the gradient takes
    /// another pass and as much memory as the scores. Scores of type float64 are summed in that type. A label that is
    /// neither below L nor 255 is an error.
    public func classSums(
        labels: Tensor, weights: Tensor, gamma: Double, minLogarithm: Double
    ) throws(TorchError) -> ClassSums {
        var sums = ct_class_sums()
        try check(
            withExtendedLifetime((self, labels, weights)) {
                ct_sum_classes(handle, labels.handle, weights.handle, gamma, minLogarithm, &sums)
            })
        return ClassSums(
            common: Tensor(owning: sums.common), predicted: Tensor(owning: sums.predicted),
            actual: Tensor(owning: sums.actual), cross: Tensor(owning: sums.cross))
    }
}

extension ShardedTensor {
    /// The sums of all shards, see ``Tensor/classSums(labels:weights:gamma:minLogarithm:)``, on the first device.
    ///
    /// Each device sums its images. A loss of these sums is that of the whole batch, also where it is no sum over
    /// images.
    public func classSums(
        labels: ShardedTensor, weights: DeviceConstant, gamma: Double, minLogarithm: Double
    ) throws(TorchError) -> ClassSums {
        let parts = try zip(shards, labels.shards).map { scores, labels throws(TorchError) in
            try scores.classSums(
                labels: labels, weights: weights.on(scores.device), gamma: gamma,
                minLogarithm: minLogarithm)
        }
        return ClassSums(
            common: try .gathered(parts.map(\.common)),
            predicted: try .gathered(parts.map(\.predicted)),
            actual: try .gathered(parts.map(\.actual)), cross: try .reduced(parts.map(\.cross)))
    }
}

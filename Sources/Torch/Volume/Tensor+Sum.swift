internal import CTorch

/// A summand of a feature map: values as they are, or batch-normalized and rectified.
public struct Summand {
    public var x: Tensor  // [N, C, D, H, W]
    public var norm: BatchNorm3D?
    public var hasReLU: Bool
    /// Whether dropout applies.
    public var isDropped = false

    public init(_ x: Tensor, norm: BatchNorm3D? = nil, hasReLU: Bool = false) {
        self.x = x
        self.norm = norm
        self.hasReLU = hasReLU
    }
}

extension Tensor {
    /// Σ of summands of one shape; those under dropout are multiplied by `keep` `[N, C]`.
    ///
    /// On the CPU, in channels-last order, each map is read twice forward and twice backward, and what a convolution
    /// after it needs for its gradient is computed again rather than kept.
    public static func sum(
        _ summands: [Summand], keep: Tensor? = nil, training: Bool
    ) throws(TorchError) -> Tensor {
        try withExtendedLifetime((summands, keep)) { () throws(TorchError) in
            let terms = summands.map(\.term)
            var options = ct_norm_sum_options(keep: keep?.handle ?? ct_tensor(), training: training)
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

extension Summand {
    fileprivate var term: ct_term {
        let norm = norm
        return ct_term(
            x: x.handle, weight: norm?.weight.handle ?? ct_tensor(),
            bias: norm?.bias.handle ?? ct_tensor(),
            running_mean: norm?.running.mean.handle ?? ct_tensor(),
            running_variance: norm?.running.variance.handle ?? ct_tensor(),
            momentum: norm?.momentum ?? 0, epsilon: norm?.epsilon ?? 0, has_relu: hasReLU,
            is_dropped: isDropped)
    }
}

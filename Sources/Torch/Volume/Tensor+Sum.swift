internal import CTorch

/// A summand of a feature map: values as they are, or normalized and rectified.
public struct Summand {
    public var x: Tensor  // [N, C, D, H, W]
    public var norm: Norm3D?
    /// Only what is normalized can be rectified.
    public var hasReLU: Bool
    /// Of negative values under ReLU: 0, or that of a leaky one.
    public var slope: Double
    /// Whether dropout applies.
    public var isDropped = false

    public init(_ x: Tensor, norm: Norm3D? = nil, hasReLU: Bool = false, slope: Double = 0) {
        self.x = x
        self.norm = norm
        self.hasReLU = hasReLU
        self.slope = slope
    }
}

extension Tensor {
    /// Σ of summands of one shape; those under dropout are multiplied by `keep` `[N, C]`, and negative values of the
    /// whole sum by `slope`: 1 leaves them, another is a leaky ReLU (Maas et al. 2013).
    ///
    /// On the CPU, in channels-last order, each map is read twice forward and twice backward, and what a convolution
    /// after it needs for its gradient is computed again rather than kept.
    public static func sum(
        _ summands: [Summand], keep: Tensor? = nil, training: Bool, slope: Double = 1
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

extension Summand {
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
        case .instance(let norm):
            (term.weight, term.bias) = (norm.weight.handle, norm.bias.handle)
            term.epsilon = norm.epsilon
        }
        return term
    }
}

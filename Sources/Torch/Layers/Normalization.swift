internal import CTorch

/// Batch normalization with a learned scale and shift, and running statistics; all float32, whatever the input.
public struct BatchNorm3D: Layer {
    public let weight: Tensor  // [C], the scale
    public let bias: Tensor  // [C], the shift
    public let running: RunningStatistics
    public var momentum: Double
    public var epsilon: Double
    /// True if in training on several devices statistics are those of the whole batch, and not of each device's part.
    ///
    /// Devices then wait for one another at every normalization, forward and backward.
    public var isSynchronized = false

    /// Scale 1, shift 0, running mean 0 and variance 1.
    public init(
        _ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, device: Device = .cpu
    ) throws(TorchError) {
        weight = try parameter(.ones([channels], device: device))
        bias = try parameter(.zeros([channels], device: device))
        running = try RunningStatistics(
            mean: .zeros([channels], device: device), variance: .ones([channels], device: device))
        self.momentum = momentum
        self.epsilon = epsilon
    }

    init(
        weight: Tensor, bias: Tensor, running: RunningStatistics, momentum: Double = 0.1,
        epsilon: Double = 1e-5
    ) {
        self.weight = weight
        self.bias = bias
        self.running = running
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// Normalizes `[N, C, D, H, W]`; in training the running statistics are updated.
    public func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        try x.batchNorm(
            weight: weight, bias: bias, running: running, training: training, momentum: momentum,
            epsilon: epsilon)
    }

    public var weights: Weights {
        var weights = Weights.affine(weight, bias)
        weights.buffers.add(running.mean, named: "running_mean")
        weights.buffers.add(running.variance, named: "running_var")
        return weights
    }
}

/// Instance normalization with a learned scale and shift, float32, whatever the input.
public struct InstanceNorm3D: Layer {
    public let weight: Tensor  // [C], the scale
    public let bias: Tensor  // [C], the shift
    public var epsilon: Double

    /// The scale begins at 1, or at another number; the shift at 0.
    public init(
        _ channels: Int, scale: Double = 1, epsilon: Double = 1e-5, device: Device = .cpu
    ) throws(TorchError) {
        weight = try parameter(.full([channels], scale, device: device))
        bias = try parameter(.zeros([channels], device: device))
        self.epsilon = epsilon
    }

    init(weight: Tensor, bias: Tensor, epsilon: Double = 1e-5) {
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }

    /// Normalizes `[N, C, D, H, W]`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.instanceNorm(weight: weight, bias: bias, epsilon: epsilon)
    }

    public var weights: Weights { .affine(weight, bias) }
}

/// A batch or an instance normalization.
public enum Norm3D: Layer {
    case batch(BatchNorm3D)
    case instance(InstanceNorm3D)

    /// Normalizes `[N, C, D, H, W]`; in training the running statistics of a batch's are updated.
    public func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        switch self {
        case .batch(let norm): try norm(x, training: training)
        case .instance(let norm): try norm(x)
        }
    }

    public var weights: Weights {
        switch self {
        case .batch(let norm): norm.weights
        case .instance(let norm): norm.weights
        }
    }
}

/// The means and variances that batch normalization collects in training and applies afterwards: `[C]` each.
public struct RunningStatistics {
    public var mean: Tensor
    public var variance: Tensor

    public init(mean: Tensor, variance: Tensor) {
        self.mean = mean
        self.variance = variance
    }
}

extension Tensor {
    /// Normalizes each channel of `[N, C, D, H, W]` over images and voxels; weight and bias `[C]`.
    ///
    /// In training the batch's own statistics are used, and the running ones move towards them by `momentum`
    /// (variance unbiased); otherwise the running ones are used. Ioffe & Szegedy 2015, arXiv:1502.03167.
    /// With ReLU or in a sum, ``sum(_:keep:training:slope:)`` is faster and holds less.
    public func batchNorm(
        weight: Tensor, bias: Tensor, running: RunningStatistics, training: Bool,
        momentum: Double = 0.1, epsilon: Double = 1e-5
    ) throws(TorchError) -> Tensor {
        try map(with: weight, bias, running.mean, running.variance) { x, others, out in
            var options = ct_batch_norm_options(
                weight: others[0], bias: others[1], running_mean: others[2],
                running_variance: others[3], training: training, momentum: momentum,
                epsilon: epsilon)
            return ct_batch_norm(x, &options, out)
        }
    }

    /// Normalizes each channel of each image over its voxels; weight and bias `[C]`.
    ///
    /// Ulyanov et al. 2016, arXiv:1607.08022.
    public func instanceNorm(
        weight: Tensor?, bias: Tensor?, epsilon: Double = 1e-5
    ) throws(TorchError) -> Tensor {
        try map(with: weight, bias) { ct_instance_norm($0, $1[0], $1[1], epsilon, $2) }
    }

    /// x where positive, else a slope times x; weight `[C]` holds a slope for each channel of `[N, C, …]`.
    ///
    /// He et al. 2015, arXiv:1502.01852.
    public func prelu(weight: Tensor) throws(TorchError) -> Tensor {
        try map(with: weight) { ct_prelu($0, $1[0], $2) }
    }
}

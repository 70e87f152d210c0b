/// Batch normalization with a learned scale and shift, and running statistics; all float32, whatever the input.
public struct BatchNorm3D: Layer {
    public let weight: Tensor  // [C], the scale
    public let bias: Tensor  // [C], the shift
    public let running: RunningStatistics
    public var momentum: Double
    public var epsilon: Double

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

    init(weight: Tensor, bias: Tensor, running: RunningStatistics) {
        self.weight = weight
        self.bias = bias
        self.running = running
        momentum = 0.1
        epsilon = 1e-5
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

    init(weight: Tensor, bias: Tensor) {
        self.weight = weight
        self.bias = bias
        epsilon = 1e-5
    }

    /// Normalizes `[N, C, D, H, W]`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.instanceNorm(weight: weight, bias: bias, epsilon: epsilon)
    }

    public var weights: Weights { .affine(weight, bias) }
}

/// Either kind of normalization.
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

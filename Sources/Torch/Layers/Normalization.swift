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

    public init(
        _ channels: Int, epsilon: Double = 1e-5, device: Device = .cpu
    ) throws(TorchError) {
        weight = try parameter(.ones([channels], device: device))
        bias = try parameter(.zeros([channels], device: device))
        self.epsilon = epsilon
    }

    /// Normalizes `[N, C, D, H, W]`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.instanceNorm(weight: weight, bias: bias, epsilon: epsilon)
    }

    public var weights: Weights { .affine(weight, bias) }
}

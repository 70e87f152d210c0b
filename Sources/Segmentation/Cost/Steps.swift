internal import Randomness
package import Torch

/// One training step: what a training repeats, for predicting and measuring its cost.
package struct TrainingStep {
    private let network: Network
    private let optimizer: Optimizer
    private let loss: Loss
    private let images: Tensor  // [N, I, D, H, W]
    private let labels: Tensor  // [N, D, H, W]

    /// On a batch whose type and device are those of the computation.
    package init(
        _ plan: NetworkPlan, images: Tensor, labels: Tensor
    ) throws(TorchError) {
        var generator = SeededGenerator(seed: 0)
        network = try Network(plan, device: images.device, using: &generator)
        optimizer = try Optimizer(network.weights.parameters, .nadam(), learningRate: 1e-3)
        loss = Loss(
            .exponentialLogarithmic, labelFrequencies: Array(repeating: 1, count: plan.classes))
        self.images = images
        self.labels = labels
    }

    /// On zeros.
    package init(
        _ plan: NetworkPlan, size: Extent, batch: Int, dtype: DType, device: Device
    ) throws(TorchError) {
        try self.init(
            plan,
            images: .zeros(
                [batch, plan.channels] + size.axes, dtype: dtype, device: device,
                format: .channelsLast),
            labels: .zeros([batch] + size.axes, dtype: .uint8, device: device))
    }

    package func run() throws(TorchError) {
        try loss(network(images, training: true), labels: labels).backward()
        try optimizer.step()
        try optimizer.clearGradients()
    }
}

/// One forward pass without gradients.
package struct InferenceStep {
    private let network: Network
    private let images: Tensor  // [N, I, D, H, W]

    /// On images whose type and device are those of the computation.
    package init(_ plan: NetworkPlan, images: Tensor) throws(TorchError) {
        var generator = SeededGenerator(seed: 0)
        network = try Network(plan, device: images.device, using: &generator)
        self.images = images
    }

    /// On an image of zeros.
    package init(
        _ plan: NetworkPlan, size: Extent, dtype: DType, device: Device
    ) throws(TorchError) {
        try self.init(
            plan,
            images: .zeros(
                [1, plan.channels] + size.axes, dtype: dtype, device: device, format: .channelsLast)
        )
    }

    package func run() throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            _ = try network(images, training: false)
        }
    }
}

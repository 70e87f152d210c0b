internal import Randomness
package import Torch

/// One training step on zeros: what a training repeats, for predicting and measuring its cost.
package struct TrainingStep {
    private let network: Network
    private let optimizer: Optimizer
    private let loss: ExponentialLogarithmicLoss
    private let images: Tensor  // [N, I, D, H, W]
    private let labels: Tensor  // [N, D, H, W]

    package init(
        _ plan: NetworkPlan, size: Extent, batch: Int, dtype: DType, device: Device
    ) throws(TorchError) {
        var generator = SeededGenerator(seed: 0)
        network = try Network(plan, device: device, using: &generator)
        optimizer = try Optimizer(network.weights.parameters, .nadam(), learningRate: 1e-3)
        loss = ExponentialLogarithmicLoss(
            labelFrequencies: Array(repeating: 1, count: plan.classes))
        images = try .zeros(
            [batch, plan.channels] + size.axes, dtype: dtype, device: device, format: .channelsLast)
        labels = try .zeros([batch] + size.axes, dtype: .int64, device: device)
    }

    package func run() throws(TorchError) {
        try loss(network(images, training: true), labels: labels).backward()
        try optimizer.step()
        try optimizer.clearGradients()
    }
}

/// One forward pass on zeros without gradients.
package struct InferenceStep {
    private let network: Network
    private let image: Tensor  // [1, I, D, H, W]

    package init(
        _ plan: NetworkPlan, size: Extent, dtype: DType, device: Device
    ) throws(TorchError) {
        var generator = SeededGenerator(seed: 0)
        network = try Network(plan, device: device, using: &generator)
        image = try .zeros(
            [1, plan.channels] + size.axes, dtype: dtype, device: device, format: .channelsLast)
    }

    package func run() throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            _ = try network(image, training: false)
        }
    }
}

internal import SegNASRandomness
package import SegNASSearch
package import SegNASTorch

/// A training on one synthetic batch, to predict its memory or measure its pace without a dataset.
///
/// Its steps are those of `TrainingSession` with the options of the training; on the meta device nothing but shapes is
/// computed.
package struct SyntheticTraining {
    private let session: TrainingSession
    private let batch: Batch

    /// Trains on images `[N, I, D, H, W]` of type float32 and labels `[N, D, H, W]` of type uint8, N being the batch
    /// size.
    package init(
        _ plan: NetworkPlan, images: Tensor, labels: Tensor, options: TrainingOptions,
        devices: [Device]
    ) throws(TorchError) {
        var options = options
        // A step costs the same, and the weights stay as they were drawn, so that no number of steps diverges.
        options.learningRate = 0
        // One output is that of one region. More regions cost what as many classes do.
        let isRegion = plan.classes == 1
        session = try TrainingSession(
            plan, options,
            labelFrequencies: Array(repeating: 1, count: isRegion ? 2 : plan.classes),
            regions: isRegion ? [[1]] : nil, devices: devices)
        batch = Batch(
            images: images, labels: labels, cases: [], position: BatchPosition(epoch: 0))
    }

    /// Trains on images of zeros, `size` being voxels along x, y and z.
    package init(
        _ plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions, devices: [Device]
    ) throws(TorchError) {
        let axes = Extent(xyz: size).axes
        let home = Self.home(of: devices[0])
        try self.init(
            plan,
            images: .zeros(
                [options.batchSize, plan.channels] + axes, dtype: .float32, device: home,
                format: .channelsLast),
            labels: .zeros([options.batchSize] + axes, dtype: .uint8, device: home),
            options: options, devices: devices)
    }

    /// The device of batches before they are moved: the CPU, unless tensors are to have no elements.
    fileprivate static func home(of device: Device) -> Device {
        device == .meta ? .meta : .cpu
    }

    package func step() throws {
        try session.step(batch, stepsPerEpoch: 1)
    }
}

/// A prediction of one image, to predict its memory or measure its pace without a model.
package struct SyntheticPrediction {
    private let pass: ForwardPass
    private let images: Tensor  // [1, I, D, H, W]

    /// Predicts an image of type float32.
    package init(
        _ plan: NetworkPlan, images: Tensor, precision: Precision, device: Device
    ) throws(TorchError) {
        var generator = SeededGenerator(seed: 0)
        pass = ForwardPass(
            network: try Network(plan, device: device, using: &generator), device: device,
            dtype: precision.dtype(on: device))
        self.images = images
    }

    /// Predicts an image of zeros, `size` being voxels along x, y and z.
    package init(
        _ plan: NetworkPlan, size: SIMD3<Int>, precision: Precision, device: Device
    ) throws(TorchError) {
        try self.init(
            plan,
            images: .zeros(
                [1, plan.channels] + Extent(xyz: size).axes, dtype: .float32,
                device: SyntheticTraining.home(of: device), format: .channelsLast),
            precision: precision, device: device)
    }

    package func run() throws(TorchError) {
        _ = try pass(images)
    }
}

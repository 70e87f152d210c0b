internal import SegNASExperiments
internal import SegNASHost
internal import SegNASRandomness
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// Seconds of a training step, or of a prediction, of the network {2,0,2} with p 3 and residual connections: one noise
/// image, 20 classes.
struct NetworkBench {
    let json: Bool
    /// Voxels along each axis.
    let size: Int
    /// Channels of the first block.
    let n: Int
    let precision: Precision

    private static let classes = 20
    private static let repetitions = 5

    func trainStep() throws {
        let plan = try plan()
        let labels = try Tensor(labels(), shape: [1, size, size, size])
        var options = TrainingOptions()
        options.batchSize = 1
        options.precision = precision
        let training = try SyntheticTraining(
            plan, images: images(), labels: labels, options: options, device: .cpu)
        // The first steps find out which of oneDNN's kernels suit, and touch the pages.
        try training.step()
        try show("train-step", plan) { try training.step() }
    }

    func inference() throws {
        let plan = try plan()
        let prediction = try SyntheticPrediction(
            plan, images: images(), precision: precision, device: .cpu)
        try prediction.run()
        try show("inference", plan) { try prediction.run() }
    }

    private func show(_ workload: String, _ plan: NetworkPlan, _ body: () throws -> Void) throws {
        let seconds = try leastSeconds(repetitions: Self.repetitions, body)
        try Measurement(
            workload: workload, size: size, n: n, parameters: plan.parameters,
            precision: "\(precision.dtype(on: .cpu))", seconds: seconds,
            peakBytes: ResidentMemory.peak()
        ).show(json: json)
    }

    private func plan() throws -> NetworkPlan {
        let network = SegNAS(
            n: n, p: 3, sup: false, res: true, block: try BlockGraph([2, 0, 2]))
        return try NetworkPlan(.segnas(network), channels: 1, classes: Self.classes)
    }

    private func images() throws -> Tensor {
        var generator = SeededGenerator(seed: 0)
        let values = (0..<size * size * size).map { _ in
            Float.random(in: -1.7..<1.7, using: &generator)
        }
        return try Tensor(values, shape: [1, 1, size, size, size])
            .laidOut(in: .channelsLast)
    }

    private func labels() -> [UInt8] {
        var generator = SeededGenerator(seed: 1)
        return (0..<size * size * size).map { _ in
            UInt8.random(in: 0..<UInt8(Self.classes), using: &generator)
        }
    }
}

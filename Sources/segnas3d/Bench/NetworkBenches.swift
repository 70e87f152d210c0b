internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASRandomness
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// Seconds of a training step, or of a prediction, of the network {2,0,2} with p 3 and residual connections: noise
/// images, 20 classes.
struct NetworkBench {
    let json: Bool
    /// Voxels along each axis.
    let size: Int
    /// Channels of the first block.
    let n: Int
    let precision: Precision
    let device: Device
    /// Images of a training step.
    let batch: Int

    private static let classes = 20
    private static let repetitions = 5

    func trainStep() throws {
        let plan = try plan()
        let labels = try Tensor(labels(), shape: [batch, size, size, size])
        var options = TrainingOptions()
        options.batchSize = batch
        options.precision = precision
        let training = try SyntheticTraining(
            plan, images: images(batch), labels: labels, options: options, devices: [device])
        // The first steps choose the kernels of oneDNN or cuDNN, and touch the pages.
        try training.step()
        try show("train-step", plan, batch: batch) { try training.step() }
    }

    func inference() throws {
        let plan = try plan()
        let prediction = try SyntheticPrediction(
            plan, images: images(1), precision: precision, device: device)
        try prediction.run()
        try show("inference", plan, batch: 1) { try prediction.run() }
    }

    private func show(
        _ workload: String, _ plan: NetworkPlan, batch: Int, _ body: () throws -> Void
    ) throws {
        try TensorMemory.resetPeak(on: device)
        // A GPU is not waited for between steps, as in a training.
        let steps = device == .cpu ? 1 : Self.repetitions
        let seconds = try shortestSeconds(repetitions: Self.repetitions) {
            for _ in 0..<steps { try body() }
            try device.synchronize()
        }
        let memory = try TensorMemory.statistics(on: device)
        try Measurement(
            workload: workload, device: "\(device)", size: size, batch: batch, n: n,
            parameters: plan.parameters, precision: "\(precision.dtype(on: device))",
            seconds: seconds / Double(steps), peakBytes: ResidentMemory.peak(),
            tensorBytes: memory.peak.bytes, reservedBytes: memory.reserved.bytes
        ).show(json: json)
    }

    private func plan() throws -> NetworkPlan {
        let network = SegNAS(
            n: n, p: 3, sup: false, res: true, block: try BlockGraph([2, 0, 2]))
        return try NetworkPlan(.segnas(network), channels: 1, classes: Self.classes)
    }

    private func images(_ count: Int) throws -> Tensor {
        var generator = SeededGenerator(seed: 0)
        let values = (0..<count * size * size * size).map { _ in
            Float.random(in: -1.7..<1.7, using: &generator)
        }
        return try Tensor(values, shape: [count, 1, size, size, size])
            .laidOut(in: .channelsLast)
    }

    private func labels() -> [UInt8] {
        var generator = SeededGenerator(seed: 1)
        return (0..<batch * size * size * size).map { _ in
            UInt8.random(in: 0..<UInt8(Self.classes), using: &generator)
        }
    }
}

/// Predicted and measured memory of a training step, network by network.
struct MemoryBench {
    let json: Bool
    /// Steps that would need more memory are not run.
    let limit: ByteCount

    struct Row: Encodable {
        let schema = 1
        let workload = "memory"
        var network: String
        var size: Int
        var batch: Int
        var precision: String
        var parameters: Int
        /// Bytes of tensors at the peak; nil if the step was not run.
        var predictedBytes: UInt64?
        var measuredBytes: UInt64?
        /// The largest growth of the process's resident memory.
        var residentBytes: UInt64?
        var predictionSeconds: Double
        var note: String?
    }

    func run() throws {
        for trial in MemoryBenchmarkCase.sample(40, sizes: [32, 48, 64, 80, 96]) {
            let row = try row(trial)
            try Bench.show(row, json: json, text: text(row))
        }
    }

    private func row(_ trial: MemoryBenchmarkCase) throws -> Row {
        let start = ContinuousClock.now
        let prediction = try trial.prediction()
        var row = Row(
            network: "\(trial.network)", size: trial.size, batch: trial.batch,
            precision: trial.precision.rawValue, parameters: try trial.parameters(),
            predictedBytes: prediction?.training.bytes,
            predictionSeconds: (ContinuousClock.now - start) / .seconds(1))
        guard let prediction else {
            row.note = "too few values per channel to train"
            return row
        }
        guard prediction.trainingProcess < limit else {
            row.note = "more than \(limit): not run"
            return row
        }
        try TensorMemory.trim()
        let before = ResidentMemory.restartPeak()
        row.measuredBytes = try trial.measuredPeak().bytes
        row.residentBytes = ResidentMemory.peak() - before
        return row
    }

    private func text(_ row: Row) -> String {
        let name = "\(row.network) \(row.size)³ × \(row.batch) \(row.precision)"
        guard let predicted = row.predictedBytes else { return "\(name): \(row.note ?? "")" }
        guard let measured = row.measuredBytes, let resident = row.residentBytes else {
            return "\(name): predicted \(ByteCount(predicted)), \(row.note ?? "")"
        }
        let error = (Double(predicted) / Double(measured) - 1) * 1000
        let seconds = (row.predictionSeconds * 10_000).rounded() / 10
        return "\(name): predicted \(ByteCount(predicted)), measured \(ByteCount(measured)), "
            + "error \(error.rounded() / 10) %, resident \(ByteCount(resident)), in \(seconds) ms"
    }
}

import Foundation
import SegNASDatasets
import SegNASHost
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

/// Phantoms of 16³ voxels in a folder, a small network, and runs on them.
struct TrainingScene {
    let folder: String
    var options: TrainingOptions
    var devices: [Device] = [.cpu]

    /// Calls a body with a dataset of eight phantoms, and removes everything after.
    ///
    /// On one thread: volumes are too small to be shared, and threads of other tests would be waited for.
    static func with(_ body: (TrainingScene) throws -> Void) throws {
        let threads = CPU.threads
        try CPU.setThreads(1)
        defer { try? CPU.setThreads(threads) }
        try withTemporaryFolder { folder in
            try Phantom(size: [16, 16, 16], seed: 1, source: .brain(structures: 2))
                .write(cases: 8, to: folder.appending(path: "data").path, threads: 1)
            try body(TrainingScene(folder.path))
        }
    }

    init(_ folder: String) {
        self.folder = folder
        options = TrainingOptions()
        options.epochs = 4
        options.precision = .float32
    }

    /// A block of one convolution, at two levels.
    static func network(dropout: Double = SegNAS.defaultDropout) throws -> Architecture {
        .segnas(
            SegNAS(n: 8, p: 1, sup: false, res: false, block: try BlockGraph([2]), dropout: dropout)
        )
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func trainer(
        _ run: String = "run", checkpoints: CheckpointPace = .eachEpoch,
        isEndRequested: @escaping () -> Bool = { false },
        report: @escaping (TrainingEvent) -> Void = { _ in }
    ) throws -> Trainer {
        let task = try TrainingTask(
            Dataset(contentsOf: path("data"), threads: 1), Self.network(),
            preparation: PreparationOptions(size: [16, 16, 16]), options: options)
        var machine = Trainer.Machine(
            devices: devices, threads: 1, cache: path("cache"), version: "test")
        machine.checkpoints = checkpoints
        return Trainer(
            task, run: path(run), on: machine, isEndRequested: isEndRequested, report: report)
    }

    @discardableResult
    func train(_ run: String = "run") throws -> TrainingResult {
        try trainer(run).train()
    }

    /// Trains with half the memory that a step is predicted to need.
    ///
    /// - Returns: What it needs, and the shortage that is told; nil if it is not refused.
    func refusalOfHalf() throws -> (need: ByteCount, shortage: TrainingError.MemoryShortage?) {
        let plan = try NetworkPlan(Self.network(), channels: 1, classes: 3)
        let step = try MemoryPrediction.training(
            of: plan, size: [16, 16, 16], options: options, parts: devices.count)
        // And the weights of the best epoch so far.
        let need = ByteCount(step.bytes + UInt64(4 * plan.parameters))
        try TensorMemory.setBudget(ByteCount(need.bytes / 2))
        defer { try? TensorMemory.setBudget(nil) }
        do {
            try train()
        } catch TrainingError.outOfMemory(let shortage) {
            return (need, shortage)
        }
        return (need, nil)
    }

    /// The bytes of a run's final weights.
    func weights(_ run: String = "run") throws -> Data {
        try Data(contentsOf: URL(filePath: path("\(run)/model/weights.safetensors")))
    }

    /// The files in a run's folder, without hidden ones.
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(folder)).filter {
            !$0.hasPrefix(".")
        }.sorted()
    }
}

extension CheckpointPace {
    /// One after every epoch, whatever it costs.
    static let eachEpoch: CheckpointPace = {
        var pace = CheckpointPace()
        pace.share = .infinity
        return pace
    }()

    /// One after every batch, too.
    static let eachBatch: CheckpointPace = {
        var pace = eachEpoch
        pace.intervalWithinEpochs = .zero
        return pace
    }()

    /// None before the last epoch's end.
    static let lastEpoch: CheckpointPace = {
        var pace = CheckpointPace()
        pace.share = 1e-12
        return pace
    }()
}

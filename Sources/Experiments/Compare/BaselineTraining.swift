internal import FoundationEssentials
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The training of a baseline: from scratch, as in the searches and within the same memory.
struct BaselineTraining {
    let task: ComparisonTask
    let network: Architecture
    let split: Int
    /// The folder of the training.
    let run: String
    /// The file that says why the network cannot be trained.
    let failure: String
    let clock: SearchClock
    let monitor: Monitor

    /// Trains and evaluates, or resumes that; what cannot be trained is not tried twice.
    func train() throws {
        guard try !hasFailed() else { return }
        guard !task.pool.isCluster else {
            let results = try Self.trainOnCluster([self])
            if let failure = results.first?.failure { throw ErrandFailure(description: failure) }
            return
        }
        for device in task.devices { try TensorMemory.setBudget(task.memoryLimit, on: device) }
        defer {
            monitor.report(.trainingEnded)
            // Frees what it has kept for its next step.
            for device in task.devices { try? TensorMemory.trim(on: device) }
        }
        do {
            let trainer = Trainer(
                task.training(network, split: split), run: run,
                on: task.conditions.machine(task.devices),
                tracker: monitor.tracker, isEndRequested: { clock.end != nil },
                report: monitor.training)
            _ = try clock.run(study: run) { try trainer.train() }
        } catch {
            // A network that was trained to the end has not failed, even if its test did.
            guard TrainingRecord(ofModel: "\(run)/\(ModelLocation.modelOfRun)") == nil,
                let reason = BaselineFailure(error, of: network, limit: task.memoryLimit)
            else { throw error }
            try JSONDocument.write(reason, to: failure)
        }
    }

    /// True if the network is known to be one that cannot be trained.
    private func hasFailed() throws -> Bool {
        try BaselineFailure(of: network, in: failure) != nil
    }
}

extension BaselineTraining {
    /// Has jobs of a cluster do trainings at the same time, which leave the same files; those of a network that cannot
    /// be trained are left out.
    ///
    /// - Returns: The results of the jobs; what keeps a network from being trained is thrown when its training is asked
    ///   for alone.
    @discardableResult
    static func trainOnCluster(_ all: [BaselineTraining]) throws -> [ErrandResult] {
        let trainings = try all.filter { try !$0.hasFailed() }
        guard let first = trainings.first else { return [] }
        defer { first.monitor.report(.trainingEnded) }
        for training in trainings { first.monitor.report(.finalTraining(run: training.run)) }
        return try ErrandRunner(
            pool: first.task.pool, memoryLimit: first.task.memoryLimit, attempts: attempts,
            study: first.task.folder.path, clock: first.clock
        ).run(trainings.map { ($0.run, $0.request) })
    }

    private var request: ErrandRequest {
        ErrandRequest(
            work: .baseline(
                network, split: split, run: absolutePath(run), failure: absolutePath(failure),
                comparison: absolutePath(task.folder.path)))
    }

    private static let attempts = 3
}

/// The reason why a network has no result, if it lies in the network.
struct BaselineFailure: Codable {
    private(set) var schema = 1
    /// The network that failed: its file may have changed since.
    var network: Architecture
    /// For a network that does not fit: the memory of a training step, nil if unknown, and the limit.
    var outOfMemory: Shortage?
    /// Any other reason, as a phrase.
    var reason: String?

    struct Shortage: Codable {
        var needed: UInt64?
        var limit: UInt64
    }

    /// Nil for errors that another attempt may not meet.
    init?(_ error: any Error, of network: Architecture, limit: ByteCount) {
        self.network = network
        switch error {
        case TrainingError.outOfMemory(let shortage):
            outOfMemory = Shortage(
                needed: (shortage.predicted ?? shortage.reached)?.bytes, limit: limit.bytes)
        case TrainingError.notFinite(let what, let epoch, _, _, _):
            reason = "\(what) was not a finite number in epoch \(epoch)"
        case let error as NetworkError: reason = error.reason
        default: return nil
        }
    }

    /// Reads the failure of a network; nil if there is none, or it is another network's.
    init?(of network: Architecture, in file: String) throws {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let failure = try? JSONDocument.read(Self.self, from: file, schema: 1...1),
            failure.outOfMemory != nil || failure.reason != nil
        else {
            throw ComparisonError.file(
                file, reason: "is not what a comparison writes: remove it to train again")
        }
        guard failure.network == network else { return nil }
        self = failure
    }

    var outcome: SegNASReport.Comparison.Outcome {
        if let outOfMemory {
            return .outOfMemory(
                needed: outOfMemory.needed.map { ByteCount($0) },
                limit: ByteCount(outOfMemory.limit))
        }
        return .failed(reason ?? "")
    }
}

internal import FoundationEssentials
internal import Glibc
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// A training that is no trial, for a job of a cluster to do.
struct ErrandRequest: Codable, Equatable {
    private(set) var schema = 1
    var work: Work

    enum Work: Codable, Equatable {
        /// A network of a study again, in the folder of a run or a cross-validation.
        case final(FinalWork, path: String, study: String)
        /// A baseline of a comparison.
        case baseline(
            Architecture, split: Int, run: String, failure: String, comparison: String)
    }

    /// The file of a request in the folder of an errand.
    static func file(in folder: TrialFolder) -> String { folder.request }
}

/// Does an errand in a separate process, which a search or a comparison starts as a job.
public struct ErrandWorker {
    private let folder: TrialFolder
    private let attempt: Int
    private let slot: String
    private let threads: TrialWorker.Threads
    private let version: String

    /// The subcommand of such a worker.
    public static let command = "errand"

    /// - Parameters:
    ///   - folder: The folder of the errand, with its request.
    ///   - attempt: The number of this attempt.
    ///   - slot: Devices, such as `cpu/0`.
    ///   - threads: The threads, or those of the job.
    ///   - version: The version of the program that started it.
    public init(
        folder: String, attempt: Int, slot: String, threads: TrialWorker.Threads, version: String
    ) {
        self.folder = TrialFolder(folder)
        (self.attempt, self.slot) = (attempt, slot)
        (self.threads, self.version) = (threads, version)
    }

    init(_ order: LaunchOrder, threads: Int?) {
        self.init(
            folder: absolutePath(order.folder.path), attempt: order.attempt, slot: order.slot,
            threads: .init(threads), version: Release.version)
    }

    /// The arguments that make a program this worker.
    var arguments: [String] {
        [Self.command, folder.path, "\(attempt)", slot, threads.text, version]
    }

    /// Does the errand and publishes its result; does nothing if it has one.
    ///
    /// - Throws: ``OtherVersion``, ``DiskFull``, or why it could not be done.
    public func run(_ watcher: TrialWorker.Watcher = .init()) throws {
        SignalWatch.start(endsAtSecond: false)
        try OtherVersion.check(version)
        if ErrandResult(in: folder) != nil { return }
        let request = try JSONDocument.read(
            ErrandRequest.self, from: ErrandRequest.file(in: folder), schema: 1...1)
        let heartbeats = WorkerHeartbeats(attempt: attempt, in: folder)
        watcher.log("start attempt \(attempt) run \(heartbeats.run)")
        do {
            try work(request, heartbeats, watcher)
        } catch  where isOfNetwork(error) {
            watcher.log("\(error)")
            return try ErrandResult(failure: "\(error)").publish(in: folder)
        } catch {
            if FailureKind(error) == .interrupted { heartbeats.noteEndRequest() }
            if case TrainingError.noSpace = error { throw DiskFull(cause: error) }
            throw error
        }
        try ErrandResult().publish(in: folder)
        watcher.log("published")
    }

    /// Waits where another process trains in the same run: one of which nothing was known any more.
    private func work(
        _ request: ErrandRequest, _ heartbeats: WorkerHeartbeats, _ watcher: TrialWorker.Watcher
    ) throws {
        while true {
            do {
                return try train(request, heartbeats, watcher)
            } catch TrainingError.locked(_, let owner) where !SignalWatch.isEndRequested {
                watcher.log("waits for \(owner)")
                sleep(5)
            }
        }
    }

    private func train(
        _ request: ErrandRequest, _ heartbeats: WorkerHeartbeats, _ watcher: TrialWorker.Watcher
    ) throws {
        let devices = try Device.parse(String(slot.prefix { $0 != "/" }))
        var monitor = Monitor(
            isEndRequested: {
                heartbeats.advance()
                return SignalWatch.isEndRequested
            }, tracker: watcher.tracker)
        monitor.report = { event in
            guard case .training(let event) = event else { return }
            if case .saved(let checkpoint) = event { heartbeats.saved(checkpoint) }
            watcher.show(event)
        }
        let clock = SearchClock(limit: nil, isInterrupted: monitor.isEndRequested)
        switch request.work {
        case .final(let work, let path, let study):
            let study = StudyFolder(study)
            let scene = try scene(study, devices)
            try FinalTrainer(
                conditions: scene.conditions, dataset: scene.dataset, data: scene.data,
                devices: devices, clock: clock, monitor: monitor
            ).run(work, in: path, of: study, minThreads: threads.resolved)
        case .baseline(let network, let split, let run, let failure, let path):
            try BaselineTraining(
                task: try comparison(path, devices, monitor), network: network, split: split,
                run: run, failure: failure, clock: clock, monitor: monitor
            ).train()
        }
    }

    /// The conditions of a study on this job's devices, and its images.
    private func scene(
        _ study: StudyFolder, _ devices: [Device]
    ) throws -> (conditions: TrainingConditions, dataset: Dataset, data: TrainingDataset) {
        let recorded = try RecordedConditions(StudyPlan(in: study), in: study)
        let conditions = here(recorded.asked, devices, memoryLimit: recorded.memoryLimit)
        _ = try conditions.machine.apply(seed: conditions.training.seed)
        guard let data = try study.trainingData() else {
            throw OptionFaults("\(study.dataset) is missing: searches start such workers")
        }
        let dataset = try Dataset(
            contentsOf: conditions.data.dataset, threads: conditions.machine.threadCount,
            allowing: conditions.data.allowed)
        return (conditions, dataset, data)
    }

    private func comparison(
        _ path: String, _ devices: [Device], _ monitor: Monitor
    ) throws -> ComparisonTask {
        guard var options = try ComparisonOptions(ofComparison: path, methods: []),
            let limit = try ComparisonPlan(in: ComparisonFolder(path: path))?.conditions.memoryLimit
        else { throw ComparisonError.noComparison(folder: path) }
        options.conditions = here(options.conditions, devices, memoryLimit: limit)
        return try ComparisonTask(options, in: path, monitor: monitor)
    }

    /// Conditions with the devices, threads and memory of this job, in which trainings run one after the other.
    private func here(
        _ conditions: TrainingConditions, _ devices: [Device], memoryLimit: ByteCount
    ) -> TrainingConditions {
        var conditions = conditions
        conditions.machine.nodeDisk = conditions.workers.slurm?.nodeDisk
        conditions.workers.slurm = nil
        conditions.machine.device = Device.text(naming: devices)
        conditions.machine.threads = threads.resolved
        conditions.machine.memoryLimit = memoryLimit
        return conditions
    }
}

/// The network of a trial that is trained again.
struct FinalNetwork: Codable, Equatable {
    var trial: Int
    var architecture: Architecture
    var hyperparameters: [Hyperparameter: HyperparameterValue]

    init(_ trial: Trial) {
        self.trial = trial.number
        architecture = trial.architecture
        hyperparameters = trial.hyperparameters
    }
}

/// A worker whose program is of another version than the search: its program ends with `WorkerExit.otherVersion`.
public struct OtherVersion: Error, CustomStringConvertible {
    /// The version that the search has.
    var expected: String

    /// Throws if a search of another version has started this process.
    static func check(_ version: String) throws(OtherVersion) {
        guard version == Release.version else { throw OtherVersion(expected: version) }
    }

    public var description: String {
        "this worker is segnas3d \(Release.version), and its search is segnas3d \(expected): "
            + "install one version for all"
    }
}

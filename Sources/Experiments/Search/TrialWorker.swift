internal import FoundationEssentials
internal import Glibc
internal import SegNASDatasets
internal import SegNASHost
public import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// Trains one trial of a search in a separate process, which the search starts.
///
/// Whatever ends it, only this attempt is lost. Its standard output is the trial's log. The conditions of the training
/// are in the study's plan, so a worker needs its arguments only. A program that searches begins like this:
///
/// ```swift
/// if let worker = TrialWorker(arguments: CommandLine.arguments) {
///     try worker.run()
///     exit(0)
/// }
/// ```
public struct TrialWorker: Hashable, Sendable {
    private let study: StudyFolder
    private let trial: Int
    /// The number of this attempt at the trial.
    private let attempt: Int
    /// Devices, and the index of this worker on them.
    private let slot: String
    /// This worker's share of the threads; nil for one on each core that its job has.
    private let threads: Int?
    /// The epochs of the stage to train; nil to train to the end.
    private let stage: Int?
    /// The version of the program that started it.
    private let version: String

    /// The subcommand of a worker.
    public static let command = "worker"

    init(_ order: LaunchOrder, threads: Int?) {
        self.init(
            study: absolutePath(order.study.path), trial: order.trial, attempt: order.attempt,
            slot: order.slot, threads: threads, stage: order.stage)
    }

    /// The worker of an attempt at a trial, on a slot such as `cuda:1/0` or `cuda:0,1/0` and with a share of the
    /// threads.
    ///
    /// Without a number of threads it has one on each core of its job. `stage` is the number of epochs to which it is
    /// trained now; nil for all. `version` is that of the search: a worker of another one refuses to train.
    public init(
        study: String, trial: Int, attempt: Int, slot: String, threads: Int?, stage: Int? = nil,
        version: String = Release.version
    ) {
        self.stage = stage
        self.version = version
        self.study = StudyFolder(study)
        self.trial = trial
        self.attempt = attempt
        self.slot = slot
        self.threads = threads
    }

    /// The worker that a program's arguments ask for; nil if they ask for something else.
    public init?(arguments: [String]) {
        let words = Array(arguments.dropFirst())
        guard words.count == 7 || words.count == 8 && Int(words[7]) != nil,
            words[0] == Self.command, let trial = Int(words[2]),
            let attempt = Int(words[3]), let threads = Threads(words[5])
        else { return nil }
        self.init(
            study: words[1], trial: trial, attempt: attempt, slot: words[4], threads: threads.count,
            stage: words.count == 8 ? Int(words[7]) : nil, version: words[6])
    }

    /// The arguments that make a program this worker.
    var arguments: [String] {
        [Self.command, study.path, "\(trial)", "\(attempt)", slot, Threads(threads).text, version]
            + (stage.map { ["\($0)"] } ?? [])
    }

    /// A worker's threads as an argument: a number, or `job` for the cores of its job.
    public struct Threads: Hashable, Sendable {
        /// Nil for the cores of the job.
        public let count: Int?

        /// Reads the argument; nil for anything else.
        public init?(_ text: String) {
            guard text != Self.ofJob else {
                count = nil
                return
            }
            guard let number = Int(text) else { return nil }
            count = number
        }

        init(_ count: Int?) {
            self.count = count
        }

        var text: String { count.map(String.init) ?? Self.ofJob }
        private static let ofJob = "job"

        /// The number; of a job the cores that Slurm says it has, else those that this process may use.
        var resolved: Int {
            let cores = HostResources.current().cores
            let variable = ProcessInfo.processInfo.environment["SLURM_CPUS_PER_TASK"]
            return count ?? min(variable.flatMap { Int($0) } ?? cores, cores)
        }
    }

    /// Observes a worker.
    public struct Watcher {
        /// Tracks what the training does, so that a standstill is noticed.
        public var tracker = ActivityTracker()
        /// Called with lines for the trial's log, which is the standard output of a worker.
        public var log: (String) -> Void = { line in
            print(line)
            // A process that is killed prints nothing more.
            fflush(nil)
        }
        /// Called with the events of the training.
        public var show: (TrainingEvent) -> Void = { _ in }

        public init() {}
    }

    /// The exit code that tells the search how its worker ended.
    public static func exitCode(of error: any Error) -> Int32 {
        switch error {
        case is DiskFull: WorkerExit.diskFull
        case is OtherVersion: WorkerExit.otherVersion
        case _ where FailureKind(error) == .interrupted: WorkerExit.interrupted
        default: 1
        }
    }

    /// Trains the trial and publishes its result; does nothing if it has one.
    ///
    /// - Throws: ``DiskFull``, or why it could not be trained; the program ends with ``exitCode(of:)`` then.
    public func run(_ watcher: Watcher = Watcher()) throws {
        SignalWatch.start(endsAtSecond: false)
        try OtherVersion.check(version)
        let folder = TrialFolder(study.trial(trial), stage: stage)
        guard let request = TrialRequest(in: folder) else {
            throw OptionFaults("\(folder.request) holds no request: searches start workers")
        }
        if TrialResult(of: request, in: folder) != nil { return }
        // A damaged result would keep the new one from being published.
        unlink(folder.result)
        let heartbeats = WorkerHeartbeats(attempt: attempt, in: folder)
        let aim = stage.map { " to epoch \($0)" } ?? ""
        watcher.log("start trial \(trial) attempt \(attempt) run \(heartbeats.run)\(aim)")
        let result: TrialResult
        do {
            guard let trained = try trainWhenFree(request, in: folder, heartbeats, watcher) else {
                return
            }
            result = trained
        } catch {
            if FailureKind(error) == .interrupted { heartbeats.noteEndRequest() }
            throw isDiskFull(error, in: folder) ? DiskFull(cause: error) : error
        }
        let isFirst = try result.publish(in: folder)
        watcher.log(isFirst ? "published \(result.outcome)" : "another run was first")
    }

    /// Trains as soon as no other worker does; nil if that one has published a result.
    ///
    /// A worker of which the search knows nothing may still be at work after its coordinator was killed.
    private func trainWhenFree(
        _ request: TrialRequest, in folder: TrialFolder, _ heartbeats: WorkerHeartbeats,
        _ watcher: Watcher
    ) throws -> TrialResult? {
        while true {
            do {
                return try train(request, in: folder, heartbeats, watcher)
            } catch TrainingError.locked(_, let owner) where !SignalWatch.isEndRequested {
                watcher.log("waits for \(owner)")
                sleep(5)
                if TrialResult(of: request, in: folder) != nil { return nil }
            }
        }
    }

    private func train(
        _ request: TrialRequest, in folder: TrialFolder, _ heartbeats: WorkerHeartbeats,
        _ watcher: Watcher
    ) throws -> TrialResult {
        let conditions = try RecordedConditions(StudyPlan(in: study), in: study)
        do {
            let result = try trainer(conditions, request, in: folder, heartbeats, watcher).train()
            // The run goes with the next trial that is better.
            try? AtomicFile.replace(
                folder.preview, with: "\(folder.run)/\(ModelLocation.previewOfRun)")
            return TrialResult(
                for: request, run: heartbeats.run, outcome: Self.outcome(of: result),
                epochs: result.epochs.map(TrialEpoch.init))
        } catch TrainingError.outOfMemory(let shortage) {
            return TrialResult(
                for: request, run: heartbeats.run,
                outcome: .outOfMemory(
                    needed: (shortage.predicted ?? shortage.reached)?.bytes ?? 0,
                    limit: shortage.available?.bytes ?? conditions.memoryLimit.bytes))
        } catch let error as TrainingError where error.isDivergence {
            // Unlike a crash, this says something about the network.
            watcher.log("counted as a Dice of 0: \(error)")
            return TrialResult(for: request, run: heartbeats.run, outcome: .completed(dice: 0))
        } catch  where FailureKind(error) == .dataset {
            return TrialResult(for: request, run: heartbeats.run, outcome: .badData("\(error)"))
        }
    }

    /// The Dice of a training; a mean over no labels is none.
    private static func outcome(of result: TrainingResult) -> TrialResult.Outcome {
        result.validation?.mean.map { .completed(dice: $0) }
            ?? .badData(
                "no validation case has a voxel of any label, so networks cannot be compared")
    }

    private func trainer(
        _ recorded: RecordedConditions, _ request: TrialRequest, in folder: TrialFolder,
        _ heartbeats: WorkerHeartbeats, _ watcher: Watcher
    ) throws -> Trainer {
        let devices = try Device.parse(String(slot.prefix { $0 != "/" }))
        let threads = Threads(threads).resolved
        try CPU.setThreads(threads)
        for device in devices { try TensorMemory.setBudget(recorded.memoryLimit, on: device) }
        var conditions = recorded.asked
        conditions.machine.nodeDisk = conditions.workers.slurm?.nodeDisk
        let dataset = try Dataset(
            contentsOf: conditions.data.dataset, threads: threads,
            allowing: conditions.data.allowed)
        var task = conditions.task(
            request.architecture, hyperparameters: request.hyperparameters, seed: request.seed,
            on: dataset)
        task.preparedData = try study.trainingData()?.choosing(request.hyperparameters)
        if let stage {
            // The beginning of the whole training, bit for bit.
            task.options.horizon = task.options.epochs
            task.options.epochs = stage
        }
        return Trainer(
            task, run: folder.run, on: conditions.machine(devices, threads: threads),
            tracker: watcher.tracker,
            isEndRequested: {
                // Called after every batch and every validation case: each is a step.
                heartbeats.advance()
                return SignalWatch.isEndRequested
            },
            report: { event in
                if case .saved(let checkpoint) = event { heartbeats.saved(checkpoint) }
                watcher.show(event)
            })
    }

    /// True if the disk is full, whatever the error says.
    private func isDiskFull(_ error: any Error, in folder: TrialFolder) -> Bool {
        if case TrainingError.noSpace = error { return true }
        let minSpace = ByteCount(1 << 20)
        return diskSpace(at: folder.path).map { $0 < minSpace } ?? false
    }
}

extension TrialEpoch {
    fileprivate init(_ record: EpochRecord) {
        self.init(
            epoch: record.epoch, loss: record.loss, dice: record.validation?.mean ?? 0,
            dicePerLabel: record.validation?.perLabel ?? [:],
            dicePerCase: record.validation?.perCase,
            seconds: record.seconds + record.validationSeconds)
    }
}

/// A worker that could not write, as the disk is full: its program ends with `WorkerExit.diskFull`.
public struct DiskFull: Error, CustomStringConvertible {
    let cause: any Error

    public var description: String { "\(cause)" }
}

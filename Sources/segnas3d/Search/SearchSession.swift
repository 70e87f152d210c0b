internal import ArgumentParser
internal import Datasets
import FoundationEssentials
internal import Glibc
internal import Host
internal import Search
internal import Segmentation
internal import Study
internal import Torch

/// A study that is begun or carried on, until its budget is spent or somebody ends it.
struct SearchSession {
    let arguments: SearchArguments
    /// The same as they were written, for workers.
    private let words: [String]
    private let devices: [Device]
    private let dataset: Dataset
    private let ledger: StudyLedger
    private let data: TrainingData
    /// Of the tensors of one trial.
    private let memoryLimit: ByteCount
    private let display: SearchDisplay
    private let begin = SuspendingClock.now

    private var folder: StudyFolder { ledger.folder }

    init(_ arguments: SearchArguments, words: [String]) throws {
        self.arguments = arguments
        self.words = words
        let devices = try arguments.compute.apply()
        self.devices = devices
        display = SearchDisplay(isQuiet: arguments.quiet)
        dataset = try Dataset(
            contentsOf: arguments.dataset, threads: arguments.compute.host.threadCount)
        let folder = StudyFolder(arguments.output)
        let begun = try? StudyPlan(in: folder)
        memoryLimit = arguments.memoryLimit(
            begun: begun, workers: arguments.workers ?? devices.count)
        let plan = try arguments.plan(device: devices[0], memoryLimit: memoryLimit)
        let opened = try Self.open(folder, plan)
        data = try Self.prepare(arguments, dataset, devices[0])
        guard !data.split.validation.isEmpty else {
            throw ValidationError(
                "a search compares networks by validation cases, and the split has none: give --split 50/20/30"
            )
        }
        ledger = try opened ?? StudyLedger(creating: plan, in: folder.path)
        try ledger.folder.check(data)
    }

    /// Opens a study that was begun, with the budget that is asked for now; nil where there is none.
    private static func open(_ folder: StudyFolder, _ plan: StudyPlan) throws -> StudyLedger? {
        guard FileManager.default.fileExists(atPath: folder.plan) else { return nil }
        let ledger = try StudyLedger(opening: folder.path)
        let differences = ledger.plan.differences(to: plan)
        guard differences.isEmpty else { throw StudyError.planChanged(differences) }
        if ledger.plan.budget != plan.budget { try ledger.raiseBudget(to: plan.budget) }
        return ledger
    }

    /// Prepares all cases before the first trial, which then find them.
    private static func prepare(
        _ arguments: SearchArguments, _ dataset: Dataset, _ device: Device
    ) throws -> TrainingData {
        // Images are prepared alike for all networks.
        let task = arguments.task(.unet3d, seed: arguments.compute.seed, on: dataset)
        let training = TrainingDisplay(isQuiet: arguments.quiet)
        defer { training.finish() }
        return try Trainer(
            task, run: arguments.output, on: arguments.machine(device),
            isEndRequested: { SignalWatch.isEndRequested }, report: training.show
        ).prepareData()
    }

    // MARK: - Running

    /// Searches, trains the best network once more if that is asked for, and judges it.
    func run() throws -> SearchResult {
        defer { display.finish() }
        warn()
        let shelf = ModelShelf(folder)
        try shelf.arrange(by: ledger)
        try search(shelf)
        display.finish()
        guard let best = try ledger.best() else { return try SearchResult(ledger, test: nil) }
        if let epochs = arguments.finalEpochs {
            try FinalTraining(
                arguments: arguments, dataset: dataset, data: data, device: devices[0]
            )
            .run(best, epochs: epochs, in: folder)
            try shelf.crown(final: best.number)
        }
        let test = try BestModelTest(
            folder: folder, data: data, dataset: dataset, arguments: arguments, device: devices[0]
        ).run()
        return try SearchResult(ledger, test: test)
    }

    private func warn() {
        guard case .iterations(let count) = ledger.plan.budget,
            let sampler = ledger.sampler as? ControlledRandomSearch, count <= sampler.populationSize
        else { return }
        display.warn(
            """
            the \(count) iterations do not exceed the population of \(sampler.populationSize) points, which is drawn \
            at random: nothing is searched. Give more --iterations or a smaller --population
            """)
    }

    private func search(_ shelf: ModelShelf) throws {
        // Buffers of convolutions are counted by thread: as the workers have them.
        let workers = WorkerPool(arguments, devices: devices)
        try CPU.setThreads(workers.threads)
        defer { try? CPU.setThreads(arguments.compute.host.threadCount) }
        let judge = TrialJudge(
            task: { candidate in
                arguments.task(
                    candidate.architecture, hyperparameters: candidate.hyperparameters,
                    seed: arguments.compute.seed, on: dataset)
            }, device: devices[0], memoryLimit: memoryLimit)
        let coordinator = try Coordinator(
            ledger,
            launcher: LocalLauncher { order in
                Worker.arguments(
                    order, threads: workers.threads, memory: memoryLimit, search: words)
            }, options: workers.options(memoryLimit), judge: judge.verdict, now: now)
        do {
            try carryOn(coordinator, shelf)
        } catch {
            end(coordinator)
            throw error
        }
    }

    private func carryOn(_ coordinator: Coordinator, _ shelf: ModelShelf) throws {
        display.show(ledger)
        while true {
            try checkEnd()
            guard let events = try coordinator.step(now: now) else { return }
            guard !events.isEmpty else {
                usleep(200_000)
                continue
            }
            for event in events { try handle(event, shelf) }
            display.show(ledger)
        }
    }

    private func handle(_ event: Coordinator.Event, _ shelf: ModelShelf) throws {
        let best = try ledger.best()
        if case .ended(let trial) = event { try shelf.arrange([trial.number], best: best?.number) }
        display.show(event, best: best)
        if let fault = ledger.backupFault { display.warn("no backup could be made: \(fault)") }
    }

    /// Seconds on a clock that stands still while the machine sleeps, as its workers do.
    private var now: Double { (SuspendingClock.now - begin) / .seconds(1) }

    private func checkEnd() throws {
        if SignalWatch.isEndRequested { throw SearchEnd(study: folder.path, reason: .interrupted) }
        if let limit = arguments.timeLimit, now >= limit.seconds {
            throw SearchEnd(study: folder.path, reason: .timeLimit)
        }
    }

    /// Ends all workers where they can be resumed, and those that do not end in time at once.
    private func end(_ coordinator: Coordinator) {
        coordinator.stop(now: now)
        let patience = now + coordinator.options.patience
        while now < patience {
            // The book may be what cannot be written.
            if (try? coordinator.stopped(now: now)) == true { return }
            usleep(50_000)
        }
        coordinator.stop(now: now)
        _ = try? coordinator.stopped(now: now)
    }
}

/// Why a search ended before its budget was spent, where that was asked for.
struct SearchEnd: Error, CustomStringConvertible {
    enum Reason {
        case interrupted, timeLimit
    }

    var study: String
    var reason: Reason

    var description: String {
        switch reason {
        case .interrupted: "\(study) is interrupted: run the same command to resume"
        case .timeLimit: "\(study) has had its time: run the same command to go on"
        }
    }
}

extension SearchArguments {
    func machine(_ device: Device) -> TrainingMachine {
        TrainingMachine(
            device: device, threads: compute.host.threadCount, cache: data.cache, version: version)
    }

    /// The memory of a trial: as asked for, as when the study was begun, or a share of what there is.
    fileprivate func memoryLimit(begun: StudyPlan?, workers: Int) -> ByteCount {
        if let limit = compute.host.memoryLimit { return limit }
        let recorded = begun?.options[Self.memoryLimitName].flatMap { UInt64($0) }
        return recorded.map { ByteCount($0) }
            ?? ByteCount(compute.host.limit.bytes / UInt64(workers))
    }
}

internal import FoundationEssentials
internal import Glibc
public import SegNASDatasets
internal import SegNASHost
public import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy
internal import SegNASTorch

/// A study that is begun or carried on, until its budget is spent or somebody ends it.
///
/// Trials are trained by processes of the program ``TrialWorker`` tells of.
public struct SearchSession {
    private let options: SearchOptions
    private let conditions: TrainingConditions
    private let devices: [Device]
    private let dataset: Dataset
    private let ledger: StudyLedger
    private let data: TrainingDataset
    /// Of the tensors of one trial.
    private let memoryLimit: ByteCount
    private let monitor: Monitor
    private let clock: SearchClock

    private var folder: StudyFolder { ledger.folder }

    /// Begins a study, or opens one to carry it on: with the options of ``SearchOptions/init(ofStudy:)``, or some that
    /// agree with them in all that results depend on.
    ///
    /// - Parameters:
    ///   - options: What is asked for.
    ///   - study: The study's folder.
    ///   - timeLimit: Seconds after which to stop; nil for as long as it takes.
    ///   - monitor: Who watches.
    /// - Throws: ``OptionFaults``, `StudyError`, or what keeps the dataset from being read, divided and prepared.
    public init(
        _ options: SearchOptions, in study: String, timeLimit: Double? = nil,
        monitor: Monitor = Monitor()
    ) throws {
        try self.init(
            options, in: study,
            clock: SearchClock(limit: timeLimit, isInterrupted: monitor.isEndRequested),
            monitor: monitor)
    }

    init(
        _ options: SearchOptions, in study: String, clock: SearchClock, division: Split? = nil,
        monitor: Monitor
    ) throws {
        try OptionFaults.refuse(options.faults)
        self.options = options
        self.monitor = monitor
        self.clock = clock
        let conditions = options.conditions
        self.conditions = conditions
        devices = try conditions.machine.apply(seed: conditions.training.seed)
        monitor.report(
            .computing(on: devices, isChosen: conditions.machine.device == "auto"))
        dataset = try Dataset(
            contentsOf: conditions.data.dataset, threads: conditions.machine.threadCount,
            allowing: conditions.data.allowed)
        let folder = StudyFolder(study)
        let begun =
            FileManager.default.fileExists(atPath: folder.plan)
            ? try StudyPlan(in: folder) : nil
        let known = try begun.map { try RecordedConditions($0, in: folder) }
        memoryLimit = WorkerPool(conditions, devices: devices)
            .memoryLimit(conditions.machine, begun: known)
        let recorded = RecordedConditions(conditions, on: devices[0], memoryLimit: memoryLimit)
        let plan = try options.plan(recorded)
        let opened = try begun.map { _ in try StudyLedger(opening: folder.path) }
        do {
            let differences =
                try opened.map { ledger in
                    try ledger.plan.differences(to: plan)
                        + RecordedConditions(ledger.plan, in: folder).differences(to: recorded)
                } ?? []
            guard differences.isEmpty else { throw StudyError.planChanged(differences) }
            data = try Self.prepare(
                options, folder, division, dataset, devices[0], clock, monitor)
            if let opened {
                try folder.check(data)
                if opened.plan.budget != plan.budget { try opened.raiseBudget(to: plan.budget) }
                try opened.record(plan.conditions)
            }
        } catch {
            // A coordinator that was killed may have left some at work.
            if let opened { try? Coordinator(stopping: opened).endWorkers(by: clock) }
            throw error
        }
        ledger = try opened ?? StudyLedger(creating: plan, in: folder.path)
        if opened == nil { try folder.check(data) }
    }

    /// Prepares all cases before the first trial, which then find them.
    private static func prepare(
        _ options: SearchOptions, _ folder: StudyFolder, _ division: Split?, _ dataset: Dataset,
        _ device: Device, _ clock: SearchClock, _ monitor: Monitor
    ) throws -> TrainingDataset {
        let conditions = options.conditions
        // Images are prepared alike for all networks.
        var task = conditions.task(.unet3d, on: dataset)
        if conditions.data.keepsSplit {
            task.recordedSplit = try (folder.trainingData()?.split ?? division).map {
                .init($0, text: conditions.data.split.text)
            }
        }
        defer { monitor.report(.trainingEnded) }
        let data = try Trainer(
            task, run: folder.path, on: conditions.machine(device), tracker: monitor.tracker,
            isEndRequested: { clock.end != nil }, report: monitor.training
        ).prepareData()
        guard !data.split.validation.isEmpty else {
            throw OptionFaults(
                "a search compares networks by validation cases, and the split has none: give `split` 50/20/30"
            )
        }
        return data
    }

    // MARK: - Running

    /// Searches, trains the best network once more if that is asked for, and judges it.
    public func run() throws -> SearchOutcome {
        defer {
            monitor.report(.searchEnded)
            // What the last training has kept for its next step is for others now.
            try? TensorMemory.trim()
        }
        warn()
        let shelf = ModelShelf(folder)
        try shelf.arrange(by: ledger)
        try search(shelf)
        monitor.report(.searchEnded)
        guard let best = try ledger.best() else { return SearchOutcome(ledger, test: nil) }
        if let epochs = conditions.finalEpochs {
            let final = BestNetworkTraining(
                conditions: conditions, dataset: dataset, data: data, device: devices[0],
                clock: clock, monitor: monitor)
            do {
                try final.run(
                    best, epochs: epochs, in: folder,
                    leastThreads: WorkerPool(conditions, devices: devices).threads)
                try shelf.crown(final: best.number, epochs: epochs)
            } catch let error as TrainingError where error.isOfNetwork {
                monitor.warn("the final training is not used, the model of the search is: \(error)")
            }
        }
        let test = try BestModelTest(
            folder: folder, data: data, dataset: dataset, conditions: conditions,
            device: devices[0], clock: clock, monitor: monitor
        ).run()
        return SearchOutcome(ledger, test: test)
    }

    private func warn() {
        monitor.report(.working(in: folder.path))
        if let recovery = ledger.recovery { monitor.warn(recovery.words(folder)) }
        if let former = ledger.formerOwner, former.isThere || !former.isOfThisHost {
            monitor.warn(
                """
                \(former), which worked on \(folder.path) last, did not give it back, and may still run: if this is a \
                copy of its study, both go on apart; otherwise stop it
                """)
        }
        if case .iterations(let count) = ledger.plan.budget,
            let sampler = ledger.sampler as? ControlledRandomSearch,
            count <= sampler.populationSize
        {
            monitor.warn(
                """
                the \(count) iterations do not exceed the population of \(sampler.populationSize) points, which is \
                drawn at random: nothing is searched. Give more `iterations` or a smaller `population`
                """)
        }
        let pool = WorkerPool(conditions, devices: devices)
        let (workers, cores) = (pool.slots.count, conditions.machine.threadCount)
        if workers > cores {
            monitor.warn("\(workers) workers share \(cores) threads: fewer `workers` are faster")
        }
        let available = HostResources.current().available
        if devices[0] == .cpu, memoryLimit.bytes > available.bytes / UInt64(workers) {
            monitor.warn(
                """
                \(workers) workers of \(memoryLimit) each may need more than the \(available) that are available: \
                networks that fit may then count as out of memory. Give fewer `workers`, or free memory
                """)
        }
    }

    private func search(_ shelf: ModelShelf) throws {
        // Buffers of convolutions are counted by thread: as the workers have them.
        let workers = WorkerPool(conditions, devices: devices)
        try CPU.setThreads(workers.threads)
        defer { try? CPU.setThreads(conditions.machine.threadCount) }
        let judge = FeasibilityCheck(device: devices[0], memoryLimit: memoryLimit)
        let coordinator = try Coordinator(
            ledger,
            launcher: LocalLauncher { order in
                TrialWorker(order, threads: workers.threads).arguments
            }, options: workers.options(memoryLimit),
            judge: { judge.verdict(on: conditions.task($0, on: dataset)) }, now: clock.now)
        do {
            try carryOn(coordinator, shelf)
        } catch {
            coordinator.endWorkers(by: clock)
            throw error
        }
    }

    private func carryOn(_ coordinator: Coordinator, _ shelf: ModelShelf) throws {
        showProgress()
        while true {
            try clock.check(study: folder.path)
            guard let events = try coordinator.step(now: clock.now) else { return }
            guard !events.isEmpty else {
                usleep(200_000)
                continue
            }
            for event in events { try handle(event, shelf) }
            showProgress()
        }
    }

    private func handle(_ event: Coordinator.Event, _ shelf: ModelShelf) throws {
        let best = try ledger.best()
        if case .ended(let trial) = event {
            try shelf.arrange(
                [trial.number], best: best?.number, known: ledger.sampler.askCount)
        }
        monitor.report(.trial(event, best: best))
        if let fault = ledger.backupFault { monitor.warn("no backup could be made: \(fault)") }
    }

    /// Proposals that are known, or networks that are trained, and how many there shall be.
    private func showProgress() {
        let (done, all) =
            switch ledger.plan.budget {
            case .iterations(let all): (ledger.sampler.tellCount, all)
            case .effectiveIterations(let all): (ledger.counts[.completed, default: 0], all)
            }
        monitor.report(
            .searching(done: done, all: all, running: ledger.counts[.running, default: 0]))
    }
}

/// What a search has brought.
public struct SearchOutcome {
    public let study: StudyFolder
    /// Proposals after the first population, and those that took a place in it; nil for samplers without one.
    public let reflections: ControlledRandomSearch.Tally?
    public let mutations: ControlledRandomSearch.Tally?
    /// How the best model does on the test cases; nil where the split has none, or nothing was trained.
    public let test: Evaluation?

    init(_ ledger: StudyLedger, test: Evaluation?) {
        study = ledger.folder
        let sampler = ledger.sampler as? ControlledRandomSearch
        (reflections, mutations) = (sampler?.reflections, sampler?.mutations)
        self.test = test
    }

    /// The best model; nil where nothing was trained.
    public var model: String? {
        FileManager.default.fileExists(atPath: study.bestModel) ? study.best : nil
    }
}

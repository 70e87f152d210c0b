internal import FoundationEssentials
internal import Glibc
public import SegNASDatasets
internal import SegNASHost
internal import SegNASReport
public import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy
internal import SegNASTorch

/// A search that is begun or resumed, until its budget is spent or it is ended.
///
/// Trials are trained by processes of the same program: see ``TrialWorker``.
public struct SearchSession {
    private let options: SearchOptions
    let conditions: TrainingConditions
    let pool: WorkerPool
    let dataset: Dataset
    let ledger: StudyLedger
    let data: TrainingDataset
    /// Limit on the tensors of one trial.
    let memoryLimit: ByteCount
    let monitor: Monitor
    let clock: SearchClock

    var folder: StudyFolder { ledger.folder }

    /// Begins a study, or resumes one: with the options of ``SearchOptions/init(ofStudy:)``, or others that give the
    /// same results.
    ///
    /// - Parameters:
    ///   - options: The options of the search.
    ///   - study: The study's folder.
    ///   - timeLimit: Seconds after which to stop; nil for no limit.
    ///   - monitor: An observer.
    /// - Throws: ``OptionFaults``, `StudyError`, or what keeps the dataset from being read, divided and prepared.
    public init(
        _ options: SearchOptions, in study: String, timeLimit: Double? = nil,
        monitor: Monitor = Monitor()
    ) throws {
        try self.init(
            options, in: study,
            clock: SearchClock(options.conditions, limit: timeLimit, monitor),
            monitor: monitor)
    }

    init(
        _ options: SearchOptions, in study: String, clock: SearchClock, division: Split? = nil,
        monitor: Monitor
    ) throws {
        let folder = StudyFolder(study)
        let begun =
            FileManager.default.fileExists(atPath: folder.plan)
            ? try StudyPlan(in: folder) : nil
        // Before the options are examined together: those of one sampler do not go with another.
        try begun?.checkSampler(options.sampling.method)
        try OptionFaults.refuse(options.faults)
        self.options = options
        self.monitor = monitor
        self.clock = clock
        let conditions = options.conditions
        self.conditions = conditions
        let devices = try conditions.machine.apply(seed: conditions.training.seed)
        monitor.report(
            .computing(on: devices, isChosen: conditions.machine.device == "auto"))
        pool = try WorkerPool(conditions, devices: devices)
        dataset = try Dataset(
            contentsOf: conditions.data.dataset, threads: conditions.machine.threadCount,
            allowing: conditions.data.allowed)
        let former = try begun.map { try RecordedConditions($0, in: folder) }
        memoryLimit = try pool.memoryLimit(conditions.machine, begun: former)
        try pool.check(for: folder, memoryLimit: memoryLimit)
        let recorded = RecordedConditions(
            conditions, on: pool.workerDevices[0], memoryLimit: memoryLimit)
        let images = conditions.searchedImages(of: dataset)
        var plan = try options.plan(recorded, images: images)
        if let begun {
            plan.rungs = options.sampling.rungs(
                begun: begun.rungs, epochs: conditions.training.epochs)
        } else {
            try plan.settleLimits(
                precision: recorded.asked.training.precision, on: pool.workerDevices[0])
        }
        try plan.settleStart(options, begun: begun)
        let opened = try begun.map { _ in try StudyLedger(opening: folder.path) }
        do {
            try plan.settleWarmStart(options.warmStart, begun: begun)
            let differences =
                try opened.map { ledger in
                    try ledger.plan.differences(to: plan)
                        + RecordedConditions(ledger.plan, in: folder).differences(to: recorded)
                } ?? []
            guard differences.isEmpty else { throw StudyError.planChanged(differences) }
            data = try Self.prepare(
                options, folder, division, dataset, pool.devices, clock, monitor)
            if let opened {
                try folder.check(data)
                if opened.plan.budget != plan.budget { try opened.changeBudget(to: plan.budget) }
                try opened.prefer(options.sampling.preference, images: images)
                try opened.record(plan.conditions)
            }
        } catch {
            // A coordinator that was killed may have left workers.
            if let opened {
                let launcher = pool.launcher(for: folder, memoryLimit: memoryLimit)
                try? Coordinator(stopping: opened, launcher: launcher).endWorkers(by: clock)
            }
            throw error
        }
        if begun == nil {
            plan.rungs = options.sampling.rungs(
                epochs: conditions.training.epochs, stepsPerEpoch: conditions.stepsPerEpoch(data))
        }
        ledger = try opened ?? StudyLedger(creating: plan, in: folder.path)
        if opened == nil { try folder.check(data) }
    }

    /// Prepares all cases before the first trial, so that trials find them prepared.
    private static func prepare(
        _ options: SearchOptions, _ folder: StudyFolder, _ division: Split?, _ dataset: Dataset,
        _ devices: [Device], _ clock: SearchClock, _ monitor: Monitor
    ) throws -> TrainingDataset {
        let conditions = options.conditions
        // The preparation is the same for all networks of a grid.
        var task = conditions.task(.unet3d, on: dataset)
        if conditions.data.keepsSplit {
            task.recordedSplit = try (folder.trainingData()?.split ?? division).map {
                .init($0, text: conditions.data.split.text)
            }
        }
        defer { monitor.report(.trainingEnded) }
        // What is warned of on one grid is not warned of on others.
        var warnings: Set<String> = []
        func prepared(_ task: TrainingTask) throws -> TrainingDataset {
            let trainer = Trainer(
                task, run: folder.path, on: conditions.machine(devices), tracker: monitor.tracker,
                isEndRequested: { clock.end != nil },
                report: { event in
                    if case .warning(let text) = event, !warnings.insert(text).inserted { return }
                    monitor.training(event)
                })
            return try clock.run(study: folder.path) { try trainer.prepareData() }
        }
        var data = try prepared(task)
        task.recordedSplit = .init(data.split, text: conditions.data.split.text)
        for grid in try SearchSpace(text: options.plannedSpace).preparedGrids {
            let preparation = conditions.data.preparation.choosing(grid)
            guard preparation != task.preparation else { continue }
            var other = task
            other.preparation = preparation
            _ = try prepared(other)
        }
        // For the final folds, when the table is not named again.
        data.groups =
            try folder.trainingData()?.groups ?? dataset.tableGroups(conditions.data.split.groups)
        guard !data.split.validation.isEmpty else {
            throw OptionFaults(
                "a search compares networks by validation cases, and the split has none: "
                    + "give `split` 50/20/30")
        }
        return data
    }

    // MARK: - Running

    /// Searches, trains the best network or several again if the conditions say so, and evaluates the best one.
    public func run() throws -> SearchOutcome {
        defer {
            monitor.report(.searchEnded)
            // Frees what the last training has kept for its next step.
            for device in pool.devices { try? TensorMemory.trim(on: device) }
        }
        warn()
        let shelf = ModelShelf(folder, finalists: conditions.finalCandidates ?? 1)
        if !conditions.comparesCandidates { try ledger.choose(nil) }
        if !conditions.weighsEnsemble { shelf.removeEnsembles() }
        try shelf.arrange(by: ledger)
        try search(shelf)
        monitor.report(.searchEnded)
        guard let best = try ledger.best() else { return SearchOutcome(ledger, test: nil) }
        try trainAgain(best, shelf)
        try weighEnsemble(shelf)
        let test = try BestModelTest(
            folder: folder, data: data, dataset: dataset, conditions: conditions,
            device: pool.devices[0], clock: clock, monitor: monitor
        ).run()
        return SearchOutcome(ledger, test: test)
    }

    private func search(_ shelf: ModelShelf) throws {
        // Buffers of convolutions are counted by thread: as the workers have them.
        try CPU.setThreads(pool.threads)
        defer { try? CPU.setThreads(conditions.machine.threadCount) }
        let feasibility = FeasibilityCheck(
            devices: pool.workerDevices, memoryLimit: memoryLimit,
            limits: ledger.plan.sampler.limits ?? NetworkLimits())
        let coordinator = try Coordinator(
            ledger, launcher: pool.launcher(for: folder, memoryLimit: memoryLimit),
            options: pool.options(memoryLimit),
            check: { feasibility.verdict(on: conditions.task($0, on: dataset)) }, now: clock.now)
        do {
            try runTrials(coordinator, shelf)
        } catch {
            coordinator.endWorkers(by: clock)
            throw error
        }
    }

    private func runTrials(_ coordinator: Coordinator, _ shelf: ModelShelf) throws {
        var shown = -Double.infinity
        while true {
            // What is shown costs the more the more trials there are, which many workers make.
            if clock.now - shown >= max(1, Double(coordinator.options.slots.count) / 50) {
                monitor.report(.searching(try SearchProgress(ledger)))
                shown = clock.now
            }
            try clock.check(study: folder.path)
            guard let events = try coordinator.step(now: clock.now) else {
                monitor.report(.searching(try SearchProgress(ledger)))
                return try warnOfExhaustion()
            }
            for event in events { try handle(event, shelf) }
            if events.isEmpty { usleep(200_000) }
        }
    }

    private func handle(_ event: Coordinator.Event, _ shelf: ModelShelf) throws {
        // Before its run may be removed.
        monitor.report(.trial(event, best: try ledger.best()))
        switch event {
        case .ended(let trial): try shelf.arrange([trial.number], by: ledger)
        case .paused:
            try shelf.keepPaused(
                conditions.workers.keptPaused ?? WorkerOptions.usuallyKeptPaused, by: ledger)
        default: break
        }
        if let fault = ledger.backupFault { monitor.warn("no backup could be made: \(fault)") }
    }
}

/// The result of a search.
public struct SearchOutcome {
    public let study: StudyFolder
    /// Points proposed after the first population, and those accepted into it; nil for samplers without one.
    public let reflections: ControlledRandomSearch.Tally?
    public let mutations: ControlledRandomSearch.Tally?
    /// The best model's results on the test cases; nil if the split has none, or no trial was completed.
    public let test: Evaluation?

    init(_ ledger: StudyLedger, test: Evaluation?) {
        study = ledger.folder
        let sampler = ledger.sampler as? ControlledRandomSearch
        (reflections, mutations) = (sampler?.reflections, sampler?.mutations)
        self.test = test
    }

    /// The folds and seeds whose mean the best model is, with the mean Dice of validation cases; nil for one training.
    public var finalSet: (trainings: FoldTrainings, dice: Double?)? {
        study.foldTraining.flatMap { final in final.trainings.map { ($0, final.dice) } }
    }

    /// The best model; nil if no trial was completed.
    public var model: String? {
        FileManager.default.fileExists(atPath: study.bestModel) ? study.best : nil
    }
}

public import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASTorch

/// Trains a network in a folder, the run, and resumes a run that was interrupted.
///
/// ```swift
/// var task = TrainingTask(dataset, .unet3d, preparation: PreparationOptions(size: [64, 64, 64]))
/// task.options.epochs = 30
/// let result = try Trainer(task, run: "brains").train()
/// print(result.validation?.mean ?? 0, result.model)
/// ```
///
/// On the same machine with the same number of threads, a run on the CPU that was interrupted at any moment ends bit
/// for bit like one that was not.
public struct Trainer {
    let task: TrainingTask
    let machine: Trainer.Machine
    let observer: TrainingObserver

    /// - Parameters:
    ///   - task: The network, the data and the options.
    ///   - run: The folder: new, empty, or a run that was begun by the same task.
    ///   - machine: The device and the threads that train.
    ///   - tracker: Follows the activity, for another thread that watches it.
    ///   - isEndRequested: Called after every batch; true ends the training where it can be resumed.
    ///   - report: Receives events, on the thread that trains.
    public init(
        _ task: TrainingTask, run: String, on machine: Trainer.Machine = Trainer.Machine(),
        tracker: ActivityTracker = ActivityTracker(),
        isEndRequested: @escaping () -> Bool = { false },
        report: @escaping (TrainingEvent) -> Void = { _ in }
    ) {
        self.task = task
        self.machine = machine
        observer = TrainingObserver(
            run: Self.withoutSlash(run), tracker: tracker, isEndRequested: isEndRequested,
            report: report)
    }

    var run: String { observer.run }

    private static func withoutSlash(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }
}

// MARK: - Data

extension Trainer {
    /// Checks the dataset and its split, reports warnings and throws for faults that `segnas3d check` refuses.
    ///
    /// - Throws: ``TrainingError/interrupted(run:)``, `SplitError`, `DatasetError`, `CacheError`.
    public func checkData(for aim: TrainingCheck.Aim) throws {
        try task.checkOrigin()
        let data = try DatasetPreparer(task, machine, observer)
        guard let check = try data.check(task.dividedCases(), for: aim) else { return }
        data.report(check)
    }

    /// Checks and prepares the cases of all parts, for the trainings of a search.
    ///
    /// - Throws: ``TrainingError/interrupted(run:)``, or an error in dividing, preparing or caching the dataset:
    ///   `SplitError`, `DatasetError`, `PreparationErrors`, `CacheError`.
    public func prepareData() throws -> TrainingDataset {
        let split = try task.dividedCases()
        let data = try DatasetPreparer(task, machine, observer)
        let check = try data.check(split, for: .search)
        let found = TrainingDataset(
            dataset: try data.record(), split: split,
            preparation: try data.preparation(split, check))
        try data.complete(
            check, try data.prepare(split, by: found.preparation, after: check))
        return found
    }
}

// MARK: - Training

extension Trainer {
    /// Trains to the end; a run that is complete is not trained again.
    ///
    /// - Throws: ``TrainingError``, or an error of the network, or in dividing, preparing or caching the dataset:
    ///   `NetworkError`, `SplitError`, `DatasetError`, `PreparationErrors`, `CacheError`.
    public func train() throws -> TrainingResult {
        let begin = ContinuousClock.now
        let options = task.options.resolved(on: machine.device)
        let impossible =
            options.faults + [options.fault(devices: machine.devices.count)].compactMap(\.self)
        guard impossible.isEmpty else { throw TrainingError.options(impossible) }
        if !RunFolder.isBegun(run) { try task.checkOrigin() }
        let split = try task.dividedCases()
        let faults = options.faults(for: task.preparation, split)
        guard faults.isEmpty else { throw TrainingError.options(faults) }
        let (network, memory) = try checkedNetwork()
        do {
            return try train(network, split, since: begin)
        } catch TorchError.outOfMemory(let shortage) {
            throw TrainingError.outOfMemory(memory.shortage(shortage))
        }
    }

    /// Checks that the network can be built for the images, and that a step has the memory that it needs.
    ///
    /// - Throws: `NetworkError`, ``TrainingError/outOfMemory(_:)``.
    public func checkNetwork() throws {
        _ = try checkedNetwork()
    }

    /// Checks that a run which was begun can go on by its task, before others of the same work change; one that is not
    /// begun can.
    ///
    /// - Throws: ``TrainingError/otherOptions(run:_:)``, ``TrainingError/moreEpochs(run:reason:)``, or what keeps the
    ///   run or the dataset from being read.
    public func checkResumption() throws {
        guard RunFolder.isBegun(run) else { return }
        let data = try DatasetPreparer(task, machine, observer)
        _ = try RunStart(RunFolder(run), data, task.dividedCases(), nil)
    }

    private func checkedNetwork() throws -> (NetworkPlan, MemoryCheck) {
        let options = task.options.resolved(on: machine.device)
        let network = try task.networkPlan()
        try network.check(
            size: task.size, batch: options.normalizedImages(devices: machine.devices.count))
        let memory = MemoryCheck(
            plan: network, size: task.size, options: options, devices: machine.devices)
        try memory.check()
        return (network, memory)
    }

    private func train(
        _ network: NetworkPlan, _ split: Split, since begin: ContinuousClock.Instant
    ) throws -> TrainingResult {
        let folder = try RunFolder(run)
        let data = try DatasetPreparer(task, machine, observer)
        // A dataset refused before the run has begun leaves no plan: once corrected it would count as another one.
        var check = try folder.readPlan() == nil ? data.check(split, for: aim) : nil
        var start = try RunStart(folder, data, split, check)
        if let result = try finished(start, folder) {
            observer.report(.alreadyComplete)
            return result
        }
        if start.checkpoint == nil, folder.holdsTraining {
            observer.report(
                .remark("there is no checkpoint that is whole: training starts again"))
        }
        if check == nil { check = try data.check(split, for: aim, start.plan) }
        var used = start.plan.split
        if !task.isTested { used.test = [] }
        let cases = try data.prepare(used, by: start.plan.preparation, after: check)
        try data.complete(check, cases)
        try start.writePlan(to: folder)
        try chooseEpochs(&start, network, cases, folder, since: begin)
        var loop = try loop(network, start.plan, cases, folder)
        if start.checkpoint == nil { try takeWeights(start.plan, into: &loop) }
        try loop.run(from: start.checkpoint)
        try finish(loop.session, start.plan, cases.test, folder)
        return try result(loop.session.state.history, network, folder)
    }

    func loop(
        _ network: NetworkPlan, _ plan: RunPlan, _ cases: RunCases, _ folder: RunFolder
    ) throws -> TrainingLoop {
        let labels = plan.preparation.labels
        let training = cases.training.map(\.prepared)
        let session = try TrainingSession(
            network, plan.options,
            labelFrequencies: labelFrequencies(training, classes: labels.classCount),
            regions: labels.regionClasses, devices: machine.devices)
        let validation = Validation(
            cases: cases.validation, labels: labels, grid: plan.options.validationGrid,
            patch: plan.preparation.options.fit == .patch ? plan.preparation.options.size : nil,
            threads: machine.threads
        ) { network in
            Model(description: description(plan), network: network, device: machine.device)
        }
        var patches = PatchOptions(plan.preparation.options, plan.options, training)
        patches?.regions = labels.regionClasses
        return try TrainingLoop(
            session, plan.options, on: training, patches: patches, validation: validation,
            folder: folder, loaderThreads: machine.loaderThreads,
            checkpoints: machine.checkpoints, observer: observer)
    }

    /// The aim of the check: with patience, which waits for a better epoch, the same as in a search.
    private var aim: TrainingCheck.Aim { task.options.patience == nil ? .training : .search }
}

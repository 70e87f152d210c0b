internal import Datasets
internal import Host
internal import Torch

/// Trains a network in a folder, a run, and goes on where a run was interrupted.
///
/// ```swift
/// var task = TrainingTask(dataset, .unet3d, preparation: PreparationOptions(size: [64, 64, 64]))
/// task.options.epochs = 30
/// let result = try Trainer(task, run: "brains").train()
/// print(result.validation?.mean ?? 0, result.model)
/// ```
///
/// On one machine, with as many threads, a CPU's run that was interrupted at any moment ends bit for bit as one that was
/// not.
public struct Trainer {
    let task: TrainingTask
    let machine: TrainingMachine
    let run: String
    let report: (TrainingEvent) -> Void
    let isEndRequested: () -> Bool
    let pulse: TrainingPulse

    /// - Parameters:
    ///   - task: What is trained, on what and how.
    ///   - run: The folder: new, empty, or a run that was begun by the same task.
    ///   - machine: With what.
    ///   - pulse: Told what is done.
    ///   - isEndRequested: Asked after every batch; true ends the training where it can be resumed.
    ///   - report: Called on the thread that trains.
    public init(
        _ task: TrainingTask, run: String, on machine: TrainingMachine = TrainingMachine(),
        pulse: TrainingPulse = TrainingPulse(),
        isEndRequested: @escaping () -> Bool = { false },
        report: @escaping (TrainingEvent) -> Void = { _ in }
    ) {
        self.task = task
        self.machine = machine
        self.run = Self.withoutSlash(run)
        self.pulse = pulse
        self.isEndRequested = isEndRequested
        self.report = report
    }

    private static func withoutSlash(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// Trains to the end; a run that is complete is not trained again.
    ///
    /// - Throws: ``TrainingError``, or what keeps the dataset from being divided, prepared or kept: ``NetworkError``,
    ///   `SplitError`, `DatasetError`, `PreparationErrors`, `CacheError`.
    public func train() throws -> TrainingResult {
        let options = task.options.resolved(on: machine.device)
        guard options.faults.isEmpty else { throw TrainingError.options(options.faults) }
        let network = try task.networkPlan()
        try network.check(size: task.size, batch: options.partSize)
        let split = try task.dividedCases()
        let faults = options.faults(for: split)
        guard faults.isEmpty else { throw TrainingError.options(faults) }
        let memory = TrainingMemory(
            plan: network, size: task.size, options: options, device: machine.device)
        try memory.check()
        do {
            return try train(network, split)
        } catch TorchError.outOfMemory(let shortage) {
            throw TrainingError.outOfMemory(memory.shortage(shortage))
        }
    }

    private func train(_ network: NetworkPlan, _ split: Split) throws -> TrainingResult {
        let folder = try RunFolder(run)
        let cache = try PreparedCache(folder: machine.cache)
        var check = try ifNew(folder) { try self.check(split, for: aim, cache) }
        var start = try begin(folder, split, cache, check)
        if let result = try finished(start, folder) {
            report(.alreadyComplete)
            return result
        }
        if start.checkpoint == nil, folder.holdsTraining {
            report(.remark("there is no checkpoint that is whole: training begins anew"))
        }
        if check == nil { check = try self.check(split, for: aim, cache, start.plan) }
        var used = start.plan.split
        if !task.isTested { used.test = [] }
        let cases = try prepare(used, by: start.plan.preparation, cache)
        try complete(check, cases)
        try write(&start, folder)
        let session = try TrainingSession(
            network, start.plan.options,
            labelFrequencies: labelFrequencies(
                cases.training.map(\.prepared),
                classes: start.plan.preparation.labels.classCount),
            device: machine.device)
        var epochs = try TrainingEpochs(
            trainer: self, plan: start.plan, folder: folder, session: session, cases: cases)
        try epochs.run(from: start.checkpoint)
        try finish(epochs)
        return try result(session.state.history, network, folder)
    }

    /// Patience waits for a better epoch, which must be possible.
    private var aim: TrainingCheck.Aim { task.options.patience == nil ? .training : .search }

    func checkEnd() throws(TrainingError) {
        pulse.beat()
        if isEndRequested() { throw .interrupted(run: run) }
    }
}

internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASTorch

/// The point from which a run begins or resumes: its plan and its last checkpoint.
struct RunStart {
    var plan: RunPlan
    var checkpoint: CheckpointFolder.Contents?
    /// True if the folder has another plan, or none.
    private var isPlanChanged = false

    /// Makes the plan of a new run, or compares that of an old one with the task.
    init(
        _ folder: RunFolder, _ data: DatasetPreparer, _ split: Split, _ check: TrainingCheck?
    ) throws {
        let (task, run) = (data.task, folder.path)
        let record = try data.record()
        try Self.checkPrepared(task.preparedData, record, split, run: run)
        guard var begun = try folder.readPlan() else {
            plan = try RunPlan(data, try data.preparation(split, check), split, record)
            isPlanChanged = true
            return
        }
        let changes = begun.dataset.changes(to: record)
        guard changes.isEmpty else { throw TrainingError.otherDataset(run: run, changes) }
        var recorded = Preparation(
            task.preparation, labels: record.labels, channels: begun.preparation.channels)
        recorded.seesFirstStage = task.firstStage != nil
        var now = try RunPlan(data, recorded, split, record)
        let written = begun
        begun.agreeOnTime(with: &now)
        let differences = begun.differences(to: now)
        guard differences.isEmpty else { throw TrainingError.otherOptions(run: run, differences) }
        if begun.threads != now.threads {
            data.observer.report(
                .remark(
                    "begun with \(begun.threads) threads, now \(now.threads): "
                        + "the last bits of the result may differ"))
        }
        let (before, after) = (begun.devices ?? 1, now.devices ?? 1)
        if before != after {
            data.observer.report(
                .remark(
                    "begun on \(counted(before, "device")), now on \(after): "
                        + "the last bits of the result may differ"))
        }
        plan = begun
        checkpoint = try folder.checkpoints.last(report: data.observer.report)
        if begun.options.epochs != now.options.epochs {
            try Self.checkEpochs(
                begun.options, now.options, checkpoint?.checkpoint.state, folder)
            plan.options.epochs = now.options.epochs
        }
        plan.allowed = data.allowances(begun).inOrder
        plan.update(from: now)
        isPlanChanged = plan != written
        checkpoint?.checkpoint.state.history.choose(plan.options)
    }

    /// Writes the plan if it is new or has changed.
    mutating func writePlan(to folder: RunFolder) throws {
        guard isPlanChanged else { return }
        try folder.writePlan(plan)
        isPlanChanged = false
    }

    /// Takes the epochs that were chosen for the run's time, and writes the plan.
    mutating func take(
        _ choice: TimeBudget.Choice, _ pace: TrainingTime.Pace, _ folder: RunFolder
    ) throws {
        var plan = plan
        plan.options.epochs = choice.epochs
        if plan.preparation.options.fit == .patch {
            plan.options.stepsPerEpoch = choice.stepsPerEpoch
        }
        plan.time?.pace = pace
        guard plan.options.faults.isEmpty else { throw TrainingError.options(plan.options.faults) }
        try folder.writePlan(plan)
        self.plan = plan
    }

    /// Throws if the dataset is not the one that was prepared.
    private static func checkPrepared(
        _ prepared: TrainingDataset?, _ record: DatasetRecord, _ split: Split, run: String
    ) throws(TrainingError) {
        guard let prepared else { return }
        let changes = prepared.changes(
            to: TrainingDataset(
                dataset: record, split: split, preparation: prepared.preparation))
        guard changes.isEmpty else { throw .otherDataset(run: run, changes) }
    }

    /// Throws if a run of more epochs could not end as if they had been asked for from the start.
    private static func checkEpochs(
        _ begun: TrainingOptions, _ now: TrainingOptions, _ state: TrainingSession.State?,
        _ folder: RunFolder
    ) throws(TrainingError) {
        let run = folder.path
        let state = state ?? TrainingSession.State()
        let history = state.history
        guard now.epochs > begun.epochs else {
            throw .otherOptions(run: run, ["`epochs` was \(begun.epochs), and is now fewer"])
        }
        guard !history.records.isEmpty || TrainingRecord(ofModel: folder.model) == nil else {
            throw .moreEpochs(
                run: run,
                reason: "the checkpoint from which more epochs would resume is damaged or was "
                    + "removed: give `epochs` \(begun.epochs), or another `output`")
        }
        guard
            now.schedule == .constant || now.horizon != nil || state == TrainingSession.State()
        else {
            throw .moreEpochs(
                run: run,
                reason: "a \(now.schedule.rawValue) schedule depends on the number of epochs: "
                    + "give `epochs` \(begun.epochs), or another `output`")
        }
        guard history.canContinue(now) else {
            throw .moreEpochs(
                run: run,
                reason: "the best of the last half of \(now.epochs) epochs may be one whose "
                    + "weights were not kept: give `epochs` \(2 * history.records.count) or more")
        }
    }
}

extension RunPlan {
    /// Takes the epochs from the begun run where both give it the same time, and from the new one where nothing was
    /// chosen yet.
    fileprivate mutating func agreeOnTime(with now: inout RunPlan) {
        guard let time else { return }
        if time.pace == nil {
            self.time = now.time
            (options.epochs, options.stepsPerEpoch) = (
                now.options.epochs, now.options.stepsPerEpoch
            )
        } else if let asked = now.time, asked.minutes == time.minutes {
            now.options.epochs = options.epochs
            if now.options.stepsPerEpoch == nil {
                now.options.stepsPerEpoch = options.stepsPerEpoch
            }
        }
    }

    fileprivate init(
        _ data: DatasetPreparer, _ preparation: Preparation, _ split: Split,
        _ record: DatasetRecord
    ) throws(NetworkError) {
        let (task, machine) = (data.task, data.machine)
        let levels = try task.networkPlan().levels
        self.init(
            version: machine.version, libtorch: Libtorch.version, dataset: record,
            network: task.architecture,
            levels: levels.isIsotropic ? nil : levels, preparation: preparation,
            splitPlan: task.splitText, split: split,
            options: task.options.resolved(on: machine.device),
            time: task.minutes.map { TrainingTime(minutes: $0) }, origin: task.origin,
            firstStage: task.firstStage,
            device: machine.device == .cpu ? "cpu" : "cuda",
            devices: machine.devices.count > 1 ? machine.devices.count : nil, threads: CPU.threads,
            place: RunPlan.Place(
                devices: machine.devices.map(\.description), threads: CPU.threads),
            allowed: task.allowed.inOrder, source: machine.source, machine: machine.options)
    }
}

extension Set<AllowableFault> {
    /// The faults in a fixed order; nil if there are none.
    fileprivate var inOrder: [AllowableFault]? {
        isEmpty ? nil : AllowableFault.allCases.filter(contains)
    }
}

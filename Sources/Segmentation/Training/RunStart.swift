public import SegNASDatasets
internal import SegNASSearch
internal import SegNASTorch

/// Where a run begins or goes on.
struct RunStart {
    var plan: TrainingPlan
    var checkpoint: CheckpointFolder.Contents?
    /// Whether the folder has another plan, or none.
    private var isPlanChanged = false

    /// The plan of a new run, or that of an old one, held against the task.
    init(
        _ folder: RunFolder, _ data: DatasetPreparer, _ split: Split, _ check: TrainingCheck?
    ) throws {
        let (task, run) = (data.task, folder.path)
        let record = try data.record()
        try Self.checkKnown(task.knownData, record, split, run: run)
        guard let begun = try folder.readPlan() else {
            plan = TrainingPlan(data, try data.preparation(split, check), split, record)
            isPlanChanged = true
            return
        }
        let changes = begun.dataset.changes(to: record)
        guard changes.isEmpty else { throw TrainingError.otherDataset(run: run, changes) }
        let recorded = Preparation(
            task.preparation, labels: record.labels, channels: begun.preparation.channels)
        let now = TrainingPlan(data, recorded, split, record)
        let differences = begun.differences(to: now)
        guard differences.isEmpty else { throw TrainingError.otherOptions(run: run, differences) }
        if begun.threads != now.threads {
            data.observer.report(
                .remark(
                    "begun with \(begun.threads) threads, now \(now.threads): "
                        + "the last bits of the result may differ"))
        }
        plan = begun
        checkpoint = try folder.checkpoints.last(report: data.observer.report)
        if begun.options.epochs != now.options.epochs {
            try Self.checkEpochs(
                begun.options, now.options, checkpoint?.checkpoint.state, folder)
            plan.options.epochs = now.options.epochs
            isPlanChanged = true
        }
        plan.allowed = data.allowances(begun).inOrder
        plan.took(now)
        isPlanChanged = plan != begun
        checkpoint?.checkpoint.state.history.choose(plan.options)
    }

    /// Writes the plan where it is new, or has changed.
    mutating func writePlan(to folder: RunFolder) throws {
        guard isPlanChanged else { return }
        try folder.writePlan(plan)
        isPlanChanged = false
    }

    /// Refuses a dataset that is not the one that was prepared.
    private static func checkKnown(
        _ known: TrainingDataset?, _ record: DatasetRecord, _ split: Split, run: String
    ) throws(TrainingError) {
        guard let known else { return }
        let changes = known.changes(
            to: TrainingDataset(
                dataset: record, split: split, preparation: known.preparation))
        guard changes.isEmpty else { throw .otherDataset(run: run, changes) }
    }

    /// Refuses another number of epochs where the run could not end as if it had been asked for at once.
    private static func checkEpochs(
        _ begun: TrainingOptions, _ now: TrainingOptions, _ state: TrainingState?,
        _ folder: RunFolder
    ) throws(TrainingError) {
        let run = folder.path
        let state = state ?? TrainingState()
        let history = state.history
        guard now.epochs > begun.epochs else {
            throw .otherOptions(run: run, ["`epochs` was \(begun.epochs), and is now fewer"])
        }
        guard !history.records.isEmpty || TrainingRecord(ofModel: folder.model) == nil else {
            throw .moreEpochs(
                run: run,
                reason: "the checkpoint from which more epochs would go on is damaged or was "
                    + "removed: give `epochs` \(begun.epochs), or another `output`")
        }
        guard now.schedule == .constant || state == TrainingState() else {
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

extension TrainingPlan {
    fileprivate init(
        _ data: DatasetPreparer, _ preparation: Preparation, _ split: Split,
        _ record: DatasetRecord
    ) {
        let (task, machine) = (data.task, data.machine)
        self.init(
            version: machine.version, libtorch: Libtorch.version, dataset: record,
            network: task.architecture,
            levels: task.levels.flatMap { $0.isIsotropic ? nil : $0 }, preparation: preparation,
            splitPlan: task.splitWords, split: split,
            options: task.options.resolved(on: machine.device),
            device: machine.device == .cpu ? "cpu" : "cuda", threads: CPU.threads,
            allowed: task.allowed.inOrder, source: machine.source, machine: machine.options)
    }
}

extension Set<AllowableFault> {
    /// In one order; nil where it is empty.
    fileprivate var inOrder: [AllowableFault]? {
        isEmpty ? nil : AllowableFault.allCases.filter(contains)
    }
}

extension SplitOptions {
    /// As plans and models keep it: without the names of files.
    public var text: String {
        var text = "\(plan)"
        if index > 0 { text += " --split-index \(index)" }
        if seed > 0 { text += " (seed \(seed))" }
        switch groups {
        case .pattern(let pattern): text += " --groups \(pattern)"
        case .table(_, let column): text += " --groups a table:\(column)"
        case nil: break
        }
        return text
    }
}

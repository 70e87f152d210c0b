public import Datasets
internal import Torch

extension Trainer {
    /// Where a run begins or goes on.
    struct Start {
        var plan: TrainingPlan
        var checkpoint: CheckpointFolder.Contents?
        /// Whether the folder has another plan, or none.
        var isPlanChanged = false
    }

    /// The plan of a new run, or that of an old one, held against the task.
    func begin(
        _ folder: RunFolder, _ split: Split, _ cache: PreparedCache, _ check: TrainingCheck?
    ) throws -> Start {
        let record = try DatasetRecord(task.dataset, cache, threads: machine.threads)
        try checkKnown(record, split)
        guard let begun = try folder.readPlan() else {
            let plan = plan(try preparation(split, check), split, record)
            return Start(plan: plan, checkpoint: nil, isPlanChanged: true)
        }
        let changes = begun.dataset.changes(to: record)
        guard changes.isEmpty else { throw TrainingError.otherDataset(run: run, changes) }
        let recorded = Preparation(
            task.preparation, labels: record.labels, channels: begun.preparation.channels)
        let now = plan(recorded, split, record)
        let differences = begun.differences(to: now)
        guard differences.isEmpty else { throw TrainingError.otherOptions(run: run, differences) }
        if begun.threads != now.threads {
            report(
                .remark(
                    "begun with \(begun.threads) threads, now \(now.threads): "
                        + "the last bits of the result may differ"))
        }
        var start = Start(plan: begun, checkpoint: try folder.checkpoints.last(report: report))
        if begun.options.epochs != now.options.epochs {
            try checkEpochs(begun.options, now.options, start.checkpoint?.checkpoint.state, folder)
            start.plan.options.epochs = now.options.epochs
            start.isPlanChanged = true
        }
        start.plan.allowed = allowances(begun).inOrder
        start.plan.took(now)
        start.isPlanChanged = start.plan != begun
        start.checkpoint?.checkpoint.state.history.choose(start.plan.options)
        return start
    }

    /// Refuses a dataset that is not the one that was prepared.
    private func checkKnown(_ record: DatasetRecord, _ split: Split) throws(TrainingError) {
        guard let known = task.knownData else { return }
        let changes = known.changes(
            to: TrainingData(
                dataset: record, split: split, preparation: known.preparation))
        guard changes.isEmpty else { throw .otherDataset(run: run, changes) }
    }

    /// Refuses another number of epochs where the run could not end as if it had been asked for at once.
    private func checkEpochs(
        _ begun: TrainingOptions, _ now: TrainingOptions, _ state: TrainingState?,
        _ folder: RunFolder
    ) throws(TrainingError) {
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

    private func plan(
        _ preparation: Preparation, _ split: Split, _ record: DatasetRecord
    ) -> TrainingPlan {
        TrainingPlan(
            version: machine.version, libtorch: Libtorch.version, dataset: record,
            network: task.architecture, preparation: preparation, splitPlan: task.splitWords,
            split: split, options: task.options.resolved(on: machine.device),
            device: machine.device == .cpu ? "cpu" : "cuda", threads: CPU.threads,
            allowed: task.allowed.inOrder, source: machine.source, machine: machine.options)
    }

    /// CT is normalised by the labelled voxels of the training cases alone.
    func preparation(_ split: Split, _ check: TrainingCheck?) throws -> Preparation {
        if let known = task.knownData { return known.preparation }
        let needs = Preparation.needsIntensities(
            task.preparation, channels: task.dataset.channels)
        return try Preparation(
            task.preparation, channels: task.dataset.channels, labels: task.dataset.labels,
            intensities: needs ? check?.intensities(of: split.training) : nil)
    }
}

extension Dataset {
    /// Labelled cases by their identifiers, in that order.
    func cases(_ identifiers: [String]) -> [Case] {
        let all = Dictionary(training.map { ($0.identifier, $0) }) { first, _ in first }
        return identifiers.compactMap { all[$0] }
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

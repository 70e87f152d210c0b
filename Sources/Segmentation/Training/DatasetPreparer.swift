internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// A case of a run, with its prepared form.
struct RunCase {
    let subject: Dataset.Case
    let preparation: PreparationResult

    var prepared: PreparedCase { preparation.prepared }
}

/// The prepared cases of a run.
struct RunCases {
    var training: [RunCase]
    var validation: [RunCase]
    var test: [RunCase]
}

/// Checks and prepares the dataset of a task.
struct DatasetPreparer {
    let task: TrainingTask
    let machine: Trainer.Machine
    let observer: TrainingObserver
    private let cache: PreparedCache

    init(
        _ task: TrainingTask, _ machine: Trainer.Machine, _ observer: TrainingObserver
    ) throws {
        self.task = task
        self.machine = machine
        self.observer = observer
        cache = try PreparedCache(folder: machine.cache, nodeDisk: machine.nodeDisk)
    }

    /// The record that identifies the dataset.
    func record() throws -> DatasetRecord {
        try DatasetRecord(task.dataset, cache, threads: machine.threads)
    }

    // MARK: - Checks

    /// Throws for faults that `segnas3d check` refuses; nil for data that a search has checked before its trainings.
    ///
    /// `begun` is the plan of the run, if it has one.
    func check(
        _ split: Split, for aim: TrainingCheck.Aim, _ begun: RunPlan? = nil
    ) throws -> TrainingCheck? {
        guard task.preparedData == nil else { return nil }
        let check = try TrainingCheck(
            task.dataset, split, reserving: task.recordedSplit?.reserved ?? [], for: aim,
            allowing: allowances(begun), cache: cache, threads: machine.threads
        ) { completed, total in
            try observer.checkEnd()
            observer.report(.checking(completed: completed, total: total))
        }
        try check.refuse()
        return check
    }

    /// Adds the findings of prepared cases, reports warnings and throws for faults that forbid training.
    func complete(_ check: TrainingCheck?, _ cases: RunCases) throws {
        guard var check else { return }
        check.add(
            prepared: cases.training.map(\.prepared),
            validation: task.options.validationGrid == .prepared
                ? cases.validation.map(\.prepared) : nil)
        try check.refuse()
        report(check)
        if let note = fineVoxels(check) { observer.report(.warning(note)) }
    }

    /// Voxels of all images that are longer than this many prepared ones are cut into what was never measured.
    private static let coarsestVoxels = 2.0

    /// A warning of a spacing that is finer than that of every image.
    private func fineVoxels(_ check: TrainingCheck) -> String? {
        guard case .fixed(let mm) = task.preparation.spacing, task.preparation.fit != .resize
        else { return nil }
        let spacings = check.grids.values.map(\.spacing)
        for axis in 0..<3 {
            guard let finest = spacings.map({ $0[axis] }).min(),
                finest > Self.coarsestVoxels * mm[axis]
            else { continue }
            let name = ["x", "y", "z"][axis]
            return
                "`spacing` has \(significant(mm[axis])) mm along \(name), and no image has voxels shorter than "
                + "\(significant(finest)) mm "
                + "there: the network sees less of the body, and no more detail"
        }
        return nil
    }

    func report(_ check: TrainingCheck) {
        for note in check.notes { observer.report(.warning(note)) }
    }

    /// The faults that are allowed now, or were when the run was begun.
    func allowances(_ begun: RunPlan?) -> Set<AllowableFault> {
        task.allowed.union(begun?.allowed ?? [])
    }

    // MARK: - Preparation

    /// The preparation of the cases; CT is normalised by the labelled voxels of the training cases alone, or as it was
    /// for the model that the training begins with.
    func preparation(_ split: Split, _ check: TrainingCheck?) throws -> Preparation {
        if let prepared = task.preparedData { return prepared.preparation }
        if let origin = task.origin {
            return try origin.description().preparation(of: task.dataset)
        }
        let needs = Preparation.needsIntensities(
            task.preparation, channels: task.dataset.channels)
        var preparation = try Preparation(
            task.preparation, channels: task.dataset.channels, labels: task.dataset.labels,
            intensities: needs ? check?.intensities(of: split.training) : nil)
        preparation.seesFirstStage = task.firstStage != nil
        return preparation
    }

    /// Prepares the cases of all parts, or reads them from the cache.
    ///
    /// Test cases are included: their faults are better known now than when training is done. Nothing is prepared if
    /// the disk has no room for all that a check has seen.
    func prepare(
        _ split: Split, by preparation: Preparation, after check: TrainingCheck?
    ) throws -> RunCases {
        let subjects = task.dataset.cases(split.training + split.validation + split.test)
        if let check { try cache.checkRoom(for: subjects, by: preparation, after: check) }
        var rest = try prepare(subjects, by: preparation)[...]
        if let copies = cache.copies { report(copies) }
        func take(_ count: Int) -> [RunCase] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        return RunCases(
            training: take(split.training.count), validation: take(split.validation.count),
            test: take(split.test.count))
    }

    private func report(_ copies: PreparedCache.Copies) {
        if let obstacle = copies.obstacle {
            observer.report(
                .warning(
                    "prepared images are read from \(cache.path), as they cannot all be copied to "
                        + "\(copies.folder): \(obstacle)"))
        } else {
            let all = counted(copies.copied + copies.found, "prepared image")
            observer.report(
                .remark("\(all) in \(copies.folder), of which \(copies.copied) were copied now"))
        }
    }

    /// Prepares a few cases at a time, so that a request to end is met soon; the faults of all are thrown together.
    private func prepare(
        _ cases: [Dataset.Case], by preparation: Preparation
    ) throws -> [RunCase] {
        var prepared: [RunCase] = []
        var errors: [PreparationError] = []
        let step = max(1, machine.threads) * 4
        for start in stride(from: 0, to: cases.count, by: step) {
            try observer.checkEnd()
            let chunk = Array(cases[start..<min(start + step, cases.count)])
            do {
                let results = try cache.prepare(chunk, by: preparation, threads: machine.threads)
                prepared += zip(chunk, results).map(RunCase.init)
            } catch {
                guard error.concernsDataset else { throw error }
                errors += error.errors
            }
            observer.report(.preparing(completed: start + chunk.count, total: cases.count))
        }
        guard errors.isEmpty else { throw PreparationErrors(errors: errors) }
        return prepared
    }
}

extension Dataset {
    /// The labelled cases with these identifiers, in order.
    fileprivate func cases(_ identifiers: [String]) -> [Case] {
        let all = Dictionary(training.map { ($0.identifier, $0) }) { first, _ in first }
        return identifiers.compactMap { all[$0] }
    }
}

/// The number of voxels of each class in prepared cases, the background first; voxels to ignore do not count.
func labelFrequencies(_ cases: [PreparedCase], classes: Int) -> [Double] {
    var counts = [Int](repeating: 0, count: 256)
    for example in cases {
        if let known = example.classVoxels {
            for (label, count) in known.counts.enumerated() { counts[label] += count }
            continue
        }
        example.labels?.withValues(as: UInt8.self) { labels in
            for label in labels { counts[Int(label)] += 1 }
        }
    }
    return counts.prefix(classes).map(Double.init)
}

internal import SegNASDatasets
internal import SegNASImaging

/// A case of a run with its prepared form.
struct TrainingCase {
    let subject: Dataset.Case
    let preparation: PreparationResult

    var prepared: PreparedCase { preparation.prepared }
}

/// The prepared cases of a run.
struct TrainingCases {
    var training: [TrainingCase]
    var validation: [TrainingCase]
    var test: [TrainingCase]
}

/// Checks, divides and prepares the dataset of a task.
struct DatasetPreparer {
    let task: TrainingTask
    let machine: TrainingMachine
    let observer: TrainingObserver
    private let cache: PreparedCache

    init(
        _ task: TrainingTask, _ machine: TrainingMachine, _ observer: TrainingObserver
    ) throws {
        self.task = task
        self.machine = machine
        self.observer = observer
        cache = try PreparedCache(folder: machine.cache)
    }

    /// What tells the dataset from others.
    func record() throws -> DatasetRecord {
        try DatasetRecord(task.dataset, cache, threads: machine.threads)
    }

    // MARK: - Checks

    /// Refuses what `check` refuses; nil for data that a search has checked before its trainings.
    ///
    /// `begun` is the plan of the run, where it has one.
    func check(
        _ split: Split, for aim: TrainingCheck.Aim, _ begun: TrainingPlan? = nil
    ) throws -> TrainingCheck? {
        guard task.knownData == nil else { return nil }
        let check = try TrainingCheck(
            task.dataset, split, for: aim, allowing: allowances(begun), cache: cache,
            threads: machine.threads
        ) { completed, total in
            try observer.checkEnd()
            observer.report(.checking(completed: completed, total: total))
        }
        try check.refuse()
        return check
    }

    /// Adds what prepared cases show, tells what is odd and refuses what must not be trained on.
    func complete(_ check: TrainingCheck?, _ cases: TrainingCases) throws {
        guard var check else { return }
        check.add(
            prepared: cases.training.map(\.prepared),
            validation: task.options.validationGrid == .prepared
                ? cases.validation.map(\.prepared) : nil)
        try check.refuse()
        tell(check)
    }

    func tell(_ check: TrainingCheck) {
        for note in check.notes { observer.report(.warning(note)) }
    }

    /// What was allowed when a run was begun stays so.
    func allowances(_ begun: TrainingPlan?) -> Set<AllowableFault> {
        task.allowed.union(begun?.allowed ?? [])
    }

    // MARK: - Preparation

    /// CT is normalised by the labelled voxels of the training cases alone.
    func preparation(_ split: Split, _ check: TrainingCheck?) throws -> Preparation {
        if let known = task.knownData { return known.preparation }
        let needs = Preparation.needsIntensities(
            task.preparation, channels: task.dataset.channels)
        return try Preparation(
            task.preparation, channels: task.dataset.channels, labels: task.dataset.labels,
            intensities: needs ? check?.intensities(of: split.training) : nil)
    }

    /// Prepares the cases of all parts, or finds them prepared.
    ///
    /// Those of the test too: what is wrong with them is better known now than when training is done.
    func prepare(_ split: Split, by preparation: Preparation) throws -> TrainingCases {
        let names = split.training + split.validation + split.test
        var rest = try prepare(task.dataset.cases(names), by: preparation)[...]
        func take(_ count: Int) -> [TrainingCase] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        return TrainingCases(
            training: take(split.training.count), validation: take(split.validation.count),
            test: take(split.test.count))
    }

    /// A few at a time, so that an end that is asked for need not wait for all; faults of all are thrown together.
    private func prepare(
        _ cases: [Dataset.Case], by preparation: Preparation
    ) throws -> [TrainingCase] {
        var prepared: [TrainingCase] = []
        var errors: [PreparationError] = []
        let step = max(1, machine.threads) * 4
        for start in stride(from: 0, to: cases.count, by: step) {
            try observer.checkEnd()
            let chunk = Array(cases[start..<min(start + step, cases.count)])
            do {
                let results = try cache.prepare(chunk, by: preparation, threads: machine.threads)
                prepared += zip(chunk, results).map(TrainingCase.init)
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
    /// Labelled cases by their identifiers, in that order.
    fileprivate func cases(_ identifiers: [String]) -> [Case] {
        let all = Dictionary(training.map { ($0.identifier, $0) }) { first, _ in first }
        return identifiers.compactMap { all[$0] }
    }
}

/// How often each class occurs in prepared cases, the background first; voxels to ignore do not count.
func labelFrequencies(_ cases: [PreparedCase], classes: Int) -> [Double] {
    var counts = [Int](repeating: 0, count: 256)
    for example in cases {
        example.labels?.withValues(as: UInt8.self) { labels in
            for label in labels { counts[Int(label)] += 1 }
        }
    }
    return counts.prefix(classes).map(Double.init)
}

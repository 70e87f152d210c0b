internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// The training of one network on all folds of a dataset, with one seed or several, one after the other.
///
/// Every case is then predicted by the mean of the networks that have not seen it; the model is the mean of all.
///
/// ```swift
/// let session = try CrossValidationSession(options, FoldTrainings(folds: 5), in: "brains")
/// let result = try session.run()
/// print(result.evaluation.foreground[.dice]?.mean ?? 0)
/// ```
public struct CrossValidationSession {
    private let plan: CrossValidationPlan
    private let folder: CrossValidationFolder
    private let options: RunOptions
    private let dataset: Dataset
    private let device: Device
    private let monitor: Monitor
    private let firstStage: FirstStageInput?
    /// Cases that are in no fold.
    private let excluded: Set<String>
    private let lock: FileLock

    /// Begins a cross-validation, or resumes one: with the options of ``RunOptions/init(ofRun:)``, or others that give
    /// the same result.
    ///
    /// - Parameters:
    ///   - options: The options of each run. The first of a fold has their seed, others as
    ///     `FoldTrainings.Training.seedOffset` says.
    ///   - trainings: The folds, and the seeds of each. One fold, which needs two seeds at least, is the division into
    ///     training, validation and test that the options say.
    ///   - path: The folder: new, empty, or a cross-validation that was begun in the same way.
    ///   - monitor: An observer.
    /// - Throws: ``OptionFaults``, `TrainingError`, `SplitError`, or what keeps the dataset from being read.
    public init(
        _ options: RunOptions, _ trainings: FoldTrainings, in path: String,
        monitor: Monitor = Monitor()
    ) throws {
        try self.init(options, trainings, without: [], in: path, monitor: monitor)
    }

    /// With some cases left out, by their identifiers; with a single division of the cases that was made before, whose
    /// test somebody else makes; or as the second stage of a cascade.
    init(
        _ options: RunOptions, _ trainings: FoldTrainings, split: Split? = nil,
        without excluded: Set<String> = [], firstStage: FirstStageInput? = nil, in path: String,
        monitor: Monitor
    ) throws {
        try OptionFaults.refuse(options.faults + Self.faults(of: trainings))
        folder = CrossValidationFolder(PathParts.trimmed(path))
        self.options = options
        self.monitor = monitor
        self.firstStage = firstStage
        self.excluded = excluded
        device = try options.machine.apply(seed: options.training.seed)[0]
        monitor.report(.computing(on: [device], isChosen: options.machine.device == "auto"))
        // Absolute, as a command that resumes reads it: the evaluation names its files.
        let found = try Dataset(
            contentsOf: absolutePath(options.data.dataset), threads: options.machine.threadCount,
            allowing: options.data.allowed)
        dataset = firstStage?.attached(to: found) ?? found
        let begun = try CrossValidationPlan(in: folder)
        let folds =
            try split.map { [$0] }
            ?? Self.folds(trainings.folds, options.data, of: dataset.without(excluded), begun)
        monitor.report(.working(in: folder.path))
        let wasThere = FileManager.default.fileExists(atPath: folder.path)
        lock = try WorkFolder.open(folder.path, lock: folder.lock, isBegun: begun != nil)
        let record = try DatasetRecord(
            dataset, PreparedCache(folder: options.machine.cache),
            threads: options.machine.threadCount)
        let now = CrossValidationPlan(
            options, folds: folds, seeds: trainings.seeds, testsElsewhere: split != nil,
            dataset: record, device: device)
        if let begun { try begun.check(now, folder) }
        plan = begun?.with(seeds: trainings.seeds) ?? now
        if let begun {
            // All folds or none: their plan is one.
            if begun.options.training.epochs != now.options.training.epochs {
                try checkResumption()
            }
        } else {
            try WorkFolder.check(folder.path, lock: folder.lock, wasThere: wasThere, checkData)
        }
        var written = now
        written.version = plan.version
        try WorkFolder.write(written, to: folder.plan)
    }

    /// The labels of the dataset.
    public var labels: LabelTable { dataset.labels }

    /// A sentence for a number of folds that cannot be.
    static func faults(ofCount count: Int?, named name: String) -> [String] {
        guard let count, !(2...100).contains(count) else { return [] }
        return ["`\(name)` must be 2 to 100, and \(count) is given"]
    }

    /// A sentence for each number that cannot be.
    private static func faults(of trainings: FoldTrainings) -> [String] {
        let (folds, seeds) = (trainings.folds, trainings.seeds)
        return faults(ofCount: folds == 1 ? nil : folds, named: "folds")
            + faults(ofCount: folds > 1 && seeds == 1 ? nil : seeds, named: "seeds")
    }

    /// The folds of the plan if its division is kept, else those that the options make now.
    private static func folds(
        _ count: Int, _ data: DataOptions, of dataset: Dataset, _ begun: CrossValidationPlan?
    ) throws -> [Split] {
        if data.keepsSplit, let begun, begun.folds.count == count { return begun.folds }
        guard !data.split.isNameless else {
            throw OptionFaults(
                "the plan does not keep the name of the file that divided or grouped the cases: "
                    + "give `split` or `groups` again")
        }
        return count == 1 ? [try dataset.split(data.split)] : try dataset.folds(count, data.split)
    }

    /// Refuses at once what the last fold would refuse after days.
    private func checkData() throws {
        defer { monitor.report(.trainingEnded) }
        for training in plan.trainings.all where training.seed == 0 {
            try named { try session(training).checkData() }
        }
    }

    /// Refuses more epochs where a run that was begun could not end as if they had been asked for from the start.
    private func checkResumption() throws {
        for training in plan.trainings.all {
            try session(training, monitor: Monitor()).checkResumption()
        }
    }

    /// Trains all to their ends, predicts and evaluates; nothing that is complete is done again.
    public func run() throws -> CrossValidationResult {
        var runs: [TrainingResult] = []
        for training in plan.trainings.all {
            monitor.report(
                .fold(run: folder.run(training), training: training, of: plan.trainings))
            runs.append(try named { try session(training).run() })
        }
        let predictions = FoldPredictions(
            folder: folder, plan: plan, dataset: dataset, device: device,
            threads: options.machine.threadCount, monitor: monitor)
        return try predictions.result(of: runs)
    }

    /// A run, whose device and folder need no mention.
    private func session(_ training: FoldTrainings.Training) throws -> RunSession {
        try session(training, monitor: monitor.withoutPlace)
    }

    private func session(
        _ training: FoldTrainings.Training, monitor: Monitor
    ) throws -> RunSession {
        var split = plan.split(training.fold)
        split.reserved.formUnion(excluded)
        var options = options
        options.training.seed &+= training.seedOffset
        return try RunSession(
            options, in: folder.run(training), split: split, firstStage: firstStage,
            monitor: monitor)
    }

    /// Says of an interruption which command resumes.
    private func named<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch TrainingError.interrupted {
            throw TrainingError.interrupted(run: folder.path)
        }
    }
}

extension Dataset {
    fileprivate func without(_ identifiers: Set<String>) -> Dataset {
        var rest = self
        rest.training.removeAll { identifiers.contains($0.identifier) }
        return rest
    }
}

extension CrossValidationPlan {
    /// Throws if the work cannot go on by a new plan.
    fileprivate func check(
        _ now: CrossValidationPlan, _ folder: CrossValidationFolder
    ) throws(TrainingError) {
        let changes = dataset.changes(to: now.dataset)
        guard changes.isEmpty else { throw .otherDataset(run: folder.path, changes) }
        let differences = differences(to: now)
        guard differences.isEmpty else { throw .otherOptions(run: folder.path, differences) }
    }
}

internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// The training of one network on all folds of a dataset, begun or resumed, one fold after the other.
///
/// Every case is then predicted by the fold that has not seen it; the model is the mean of the folds' models.
///
/// ```swift
/// let session = try CrossValidationSession(options, folds: 5, in: "brains")
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
    ///   - options: The options of each fold's run.
    ///   - count: The number of folds, 2 or more.
    ///   - path: The folder: new, empty, or a cross-validation that was begun in the same way.
    ///   - monitor: An observer.
    /// - Throws: ``OptionFaults``, `TrainingError`, `SplitError`, or what keeps the dataset from being read.
    public init(
        _ options: RunOptions, folds count: Int, in path: String, monitor: Monitor = Monitor()
    ) throws {
        try self.init(options, folds: count, without: [], in: path, monitor: monitor)
    }

    /// With some cases left out, by their identifiers, or as the second stage of a cascade.
    init(
        _ options: RunOptions, folds count: Int, without excluded: Set<String>,
        firstStage: FirstStageInput? = nil, in path: String, monitor: Monitor
    ) throws {
        try OptionFaults.refuse(options.faults + Self.faults(ofCount: count, named: "folds"))
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
        let folds = try Self.folds(count, options.data, of: dataset.without(excluded), begun)
        monitor.report(.working(in: folder.path))
        let wasThere = FileManager.default.fileExists(atPath: folder.path)
        lock = try WorkFolder.open(folder.path, lock: folder.lock, isBegun: begun != nil)
        let record = try DatasetRecord(
            dataset, PreparedCache(folder: options.machine.cache),
            threads: options.machine.threadCount)
        let now = CrossValidationPlan(options, folds: folds, dataset: record, device: device)
        if let begun { try begun.check(now, folder) }
        plan = begun ?? now
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
        return try dataset.folds(count, data.split)
    }

    /// Refuses at once what the last fold would refuse after days.
    private func checkData() throws {
        defer { monitor.report(.trainingEnded) }
        for fold in plan.folds.indices {
            try named { try session(fold).checkData() }
        }
    }

    /// Refuses more epochs where a fold that was begun could not end as if they had been asked for from the start.
    private func checkResumption() throws {
        for fold in plan.folds.indices {
            try session(fold, monitor: Monitor()).checkResumption()
        }
    }

    /// Trains all folds to their ends, predicts and evaluates; nothing that is complete is done again.
    public func run() throws -> CrossValidationResult {
        var runs: [TrainingResult] = []
        for fold in plan.folds.indices {
            monitor.report(
                .fold(run: folder.run(fold), number: fold + 1, all: plan.folds.count))
            runs.append(try named { try session(fold).run() })
        }
        let predictions = FoldPredictions(
            folder: folder, plan: plan, dataset: dataset, device: device,
            threads: options.machine.threadCount, monitor: monitor)
        return try predictions.result(of: runs)
    }

    /// The training of a fold, whose device and folder need no mention.
    private func session(_ fold: Int) throws -> RunSession {
        try session(fold, monitor: monitor.withoutPlace)
    }

    private func session(_ fold: Int, monitor: Monitor) throws -> RunSession {
        var split = plan.split(fold)
        split.reserved = excluded
        return try RunSession(
            options, in: folder.run(fold), split: split, firstStage: firstStage, monitor: monitor)
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

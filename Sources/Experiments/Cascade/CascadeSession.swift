internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSegmentation
internal import SegNASTorch

/// The training of a cascade, begun or resumed: networks at a low resolution, then one that sees what they predict.
///
/// The first stage is a cross-validation, so that the second one learns from predictions of cases that the first has
/// not seen. Isensee et al. 2021, doi:10.1038/s41592-020-01008-z.
///
/// ```swift
/// let options = CascadeOptions(low: low, full: full)
/// let result = try CascadeSession(options, folds: nil, in: "liver").run()
/// ```
public struct CascadeSession {
    private let plan: CascadePlan
    private let options: CascadeOptions
    private let folder: CascadeFolder
    private let dataset: Dataset
    private let monitor: Monitor
    private let lock: FileLock

    /// Begins a cascade, or resumes one.
    ///
    /// - Parameters:
    ///   - options: Of both stages, on one dataset.
    ///   - folds: The folds of both stages; nil trains the second one once, and the first on
    ///     ``CascadeOptions/standardFolds`` of its training cases.
    ///   - path: The folder: new, empty, or a cascade that was begun in the same way.
    ///   - monitor: An observer.
    /// - Throws: ``OptionFaults``, `TrainingError`, `SplitError`, or what keeps the dataset from being read.
    public init(
        _ options: CascadeOptions, folds: Int?, in path: String, monitor: Monitor = Monitor()
    ) throws {
        try OptionFaults.refuse(
            options.full.faults
                + CrossValidationSession.faults(ofCount: folds, named: "folds"))
        folder = CascadeFolder(PathParts.trimmed(path))
        self.options = options
        self.monitor = monitor
        let device = try options.full.machine.apply(seed: options.full.training.seed)[0]
        monitor.report(
            .computing(on: [device], isChosen: options.full.machine.device == "auto"))
        dataset = try Dataset(
            contentsOf: absolutePath(options.full.data.dataset),
            threads: options.full.machine.threadCount, allowing: options.full.data.allowed)
        let begun = try CascadePlan(in: folder)
        let data = options.full.data
        let recorded = data.keepsSplit ? begun?.split : nil
        let split = try folds == nil ? recorded ?? dataset.split(data.split) : nil
        monitor.report(.working(in: folder.path))
        let wasThere = FileManager.default.fileExists(atPath: folder.path)
        lock = try WorkFolder.open(folder.path, lock: folder.lock, isBegun: begun != nil)
        let now = CascadePlan(options, folds: folds, split: split)
        if let begun {
            let differences = begun.differences(to: now)
            guard differences.isEmpty else {
                throw TrainingError.otherOptions(run: folder.path, differences)
            }
        }
        plan = begun ?? now
        if begun == nil {
            try WorkFolder.check(
                folder.path, lock: folder.lock, wasThere: wasThere, checkSecondStage)
        }
        var written = now
        written.version = plan.version
        try WorkFolder.write(written, to: folder.plan)
    }

    /// The labels of the dataset.
    public var labels: LabelTable { dataset.labels }

    /// Trains both stages to their ends; nothing that is complete is done again.
    public func run() throws -> CascadeResult {
        do {
            monitor.report(.stage(run: folder.low.path, isFirst: true))
            let low = try firstSession().run()
            let maps = try firstStageMaps(low)
            monitor.report(.stage(run: folder.full, isFirst: false))
            let full: CascadeResult.SecondStage
            if let run = try secondRun(maps) {
                full = .run(try run.run())
            } else {
                full = .folds(
                    try CrossValidationSession(
                        options.full, FoldTrainings(folds: plan.folds ?? 0), firstStage: maps,
                        in: folder.full, monitor: monitor.withoutPlace
                    ).run())
            }
            return CascadeResult(path: folder.path, firstStage: low, secondStage: full)
        } catch TrainingError.interrupted {
            throw TrainingError.interrupted(run: folder.path)
        }
    }

    /// Refuses at once what would be refused after the whole first stage.
    private func checkSecondStage() throws {
        defer { monitor.report(.trainingEnded) }
        let unknown = FirstStageInput(stage: FirstStage(models: []))
        let run = try RunSession(
            options.full, in: folder.full, split: plan.recordedSplit, firstStage: unknown,
            monitor: monitor.withoutPlace)
        try run.checkNetwork()
        // Folds have the cases of the first stage, which checks them.
        if plan.split != nil { try run.checkData() }
    }

    /// The first stage: on the same folds as the second, or on folds of what that trains on.
    private func firstSession() throws -> CrossValidationSession {
        var low = options.low
        var unseen: Set<String> = []
        if let split = plan.split {
            unseen = Set(split.validation + split.test)
            low.data.split = SplitOptions(
                seed: options.full.data.split.seed, groups: options.full.data.split.groups)
        }
        return try CrossValidationSession(
            low, FoldTrainings(folds: plan.folds ?? CascadeOptions.standardFolds), without: unseen,
            in: folder.low.path, monitor: monitor.withoutPlace)
    }

    /// The second stage as a single run; nil for folds.
    private func secondRun(_ maps: FirstStageInput?) throws -> RunSession? {
        guard let split = plan.recordedSplit else { return nil }
        return try RunSession(
            options.full, in: folder.full, split: split, firstStage: maps,
            monitor: monitor.withoutPlace)
    }

    /// What the second stage sees of each case: what the first stage, which has not learnt from it, predicts.
    private func firstStageMaps(_ low: CrossValidationResult) throws -> FirstStageInput {
        let locations = try low.runs.map { try ModelLocation(of: $0.run) }
        let digests = try locations.map { try Model.weightsDigest(contentsOf: $0.model) }
        var input = FirstStageInput(stage: FirstStage(models: digests))
        for subject in low.evaluation.cases {
            input.maps[subject.identifier] =
                "\(folder.low.predictions)/\(subject.identifier).nii.gz"
        }
        let unseen = Set((plan.split.map { $0.validation + $0.test } ?? []))
        let rest = dataset.training.filter { unseen.contains($0.identifier) }
        guard !rest.isEmpty else { return input }
        let machine = options.full.machine
        let device = try machine.apply(seed: options.full.training.seed)[0]
        let predictor = try FirstStagePredictor(
            locations,
            PredictionOptions(
                precision: options.low.training.precision, threads: machine.threadCount),
            in: folder.predictions, device: device)
        let result = try predictor.predict(
            rest, isEndRequested: monitor.isEndRequested,
            report: { done, all in monitor.report(.predicting(done: done, all: all)) })
        monitor.report(.evaluationEnded)
        if monitor.isEndRequested() { throw TrainingError.interrupted(run: folder.path) }
        if let failure = result.failed.first { throw CrossValidationFailure(failure) }
        for subject in result.cases { input.maps[subject.identifier] = subject.firstStage }
        return input
    }
}

/// The result of a complete cascade.
public struct CascadeResult {
    /// The folder, which is the model.
    public var path: String
    public var firstStage: CrossValidationResult
    public var secondStage: SecondStage

    public enum SecondStage {
        case run(TrainingResult)
        case folds(CrossValidationResult)
    }
}

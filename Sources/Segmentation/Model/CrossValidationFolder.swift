internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost

/// The files of a cross-validation: the runs of its folds and seeds, and what the predictions of all of them gave.
///
/// Its model is the mean of these runs' models: ``ModelEnsemble``.
public struct CrossValidationFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// The plan: options, folds and dataset.
    public var plan: String { "\(path)/plan.json" }
    public var lock: String { "\(path)/\(Self.lockName)" }
    /// The run of a training.
    public func run(_ training: FoldTrainings.Training) -> String { "\(path)/\(training.name)" }
    /// Each validation case's label map by the networks that have not seen it.
    public var predictions: String { "\(path)/\(Self.predictionsName)" }
    /// The evaluation of these label maps.
    public var evaluation: String { "\(path)/crossvalidation.json" }
    /// The clean-up that these label maps have chosen, written when all of these are there.
    public var postProcessing: String { "\(path)/postprocessing.json" }
    /// The label maps of the test cases that a single division of the cases has, and their evaluation.
    public var testPredictions: String { "\(path)/test" }
    public var test: String { "\(path)/test.json" }

    public static let lockName = ".lock"
    public static let predictionsName = "crossvalidation"
    /// What the plan has as its `command`, which distinguishes it from those of runs and studies.
    public static let command = "cross-validation"

    /// What the plan says of the trainings.
    private struct Plan: Decodable {
        var command: String
        var folds: [Split]
        var seeds: Int?
        var testsElsewhere: Bool?
    }

    private var content: Plan? {
        guard let plan = try? JSONDocument.read(Plan.self, from: plan),
            plan.command == Self.command, !plan.folds.isEmpty, plan.seeds ?? 1 > 0
        else { return nil }
        return plan
    }

    /// The trainings that the plan has; nil if the folder holds no cross-validation.
    public var trainings: FoldTrainings? {
        content.map { FoldTrainings(folds: $0.folds.count, seeds: $0.seeds ?? 1) }
    }

    /// The trainings whose mean the model is, whose clean-up is recorded; nil for a record of others.
    ///
    /// While seeds are added these are still the earlier ones.
    public func trainings(of record: PostProcessingRecord) -> FoldTrainings? {
        guard let folds = content?.folds.count, !record.models.isEmpty,
            record.models.count.isMultiple(of: folds)
        else { return nil }
        return FoldTrainings(folds: folds, seeds: record.models.count / folds)
    }

    /// The trainings whose mean the model is; nil before there is one.
    public var trainingsOfModel: FoldTrainings? {
        (try? PostProcessingRecord(contentsOf: postProcessing)).flatMap(trainings(of:))
    }

    /// True if the model is the mean of all that the plan has, and the test cases are evaluated.
    public var isComplete: Bool {
        guard let content, trainingsOfModel == trainings else { return false }
        return content.testsElsewhere == true || content.folds.allSatisfy(\.test.isEmpty)
            || FileManager.default.fileExists(atPath: test)
    }

    /// The split of a single division of the cases; nil for folds, which have seen all cases, and for a model that has
    /// been passed on without it.
    var split: Split? {
        guard let folds = content?.folds, folds.count == 1, !folds[0].training.isEmpty else {
            return nil
        }
        return folds[0]
    }
}

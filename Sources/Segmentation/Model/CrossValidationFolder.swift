internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost

/// The files of a cross-validation: the runs of its folds, and what the predictions of all of them gave.
///
/// Its model is the mean of the folds' models: ``ModelEnsemble``.
public struct CrossValidationFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// The plan: options, folds and dataset.
    public var plan: String { "\(path)/plan.json" }
    public var lock: String { "\(path)/\(Self.lockName)" }
    /// The run of a fold, counted from 0.
    public func run(_ fold: Int) -> String { "\(path)/\(Self.name(fold))" }
    /// Each case's label map by the fold that has not seen it.
    public var predictions: String { "\(path)/\(Self.predictionsName)" }
    /// The evaluation of these label maps.
    public var evaluation: String { "\(path)/crossvalidation.json" }
    /// The clean-up that these label maps have chosen; written last.
    public var postProcessing: String { "\(path)/postprocessing.json" }

    public static let lockName = ".lock"
    public static let predictionsName = "crossvalidation"
    /// What the plan has as its `command`, which distinguishes it from those of runs and studies.
    public static let command = "cross-validation"

    public static func name(_ fold: Int) -> String { "fold_\(fold)" }

    /// The number of folds that the plan has; nil if the folder holds no cross-validation.
    public var foldCount: Int? {
        struct Plan: Decodable {
            var command: String
            var folds: [Split]
        }
        guard let plan = try? JSONDocument.read(Plan.self, from: self.plan),
            plan.command == Self.command
        else { return nil }
        return plan.folds.count
    }
}

internal import SegNASHost

/// The files of a cascade: its first stage, which sees images at a low resolution, and its second one at the full one.
///
/// Its model is the second stage, which needs the first: ``ModelEnsemble``.
public struct CascadeFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// The options of both stages.
    public var plan: String { "\(path)/plan.json" }
    public var lock: String { "\(path)/\(Self.lockName)" }
    /// The first stage, a cross-validation: networks must not see what it predicts of cases that it has learnt.
    public var low: CrossValidationFolder { CrossValidationFolder("\(path)/low") }
    /// The second stage: a run, or a cross-validation.
    public var full: String { "\(path)/full" }
    /// What the mean of the first stage's models predicts of cases that none of its folds has seen.
    public var predictions: String { "\(path)/predictions" }

    public static let lockName = CrossValidationFolder.lockName
    /// What the plan has as its `command`.
    public static let command = "cascade"

    /// True if the folder has the plan of a cascade.
    public var isBegun: Bool {
        struct Plan: Decodable {
            var command: String
        }
        let plan = try? JSONDocument.read(Plan.self, from: self.plan)
        return plan?.command == Self.command
    }
}

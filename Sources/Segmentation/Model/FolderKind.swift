internal import SegNASHost

/// The command that wrote a folder other than a study, as its plan says.
public enum FolderKind: String, Sendable {
    case run = "train"
    case crossValidation = "cross-validation"
    case cascade
    case comparison = "compare"

    /// Nil for a study, and for any other folder.
    public init?(of path: String) {
        struct Plan: Decodable { var command: String? }
        guard let plan = try? JSONDocument.read(Plan.self, from: "\(path)/plan.json"),
            let kind = plan.command.flatMap({ FolderKind(rawValue: $0) })
        else { return nil }
        self = kind
    }
}

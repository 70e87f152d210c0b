public import SegNASStudy

/// Why a comparison cannot be begun or carried on.
public enum ComparisonError: Error, CustomStringConvertible {
    /// A folder that holds something else.
    case noComparison(folder: String)
    /// A plan that cannot be understood.
    case damaged(file: String)
    case planChanged([StudyError.Difference])
    case locked(folder: String, by: String)
    case file(String, reason: String)

    public var description: String {
        switch self {
        case .noComparison(let folder):
            "\(folder) holds other files and no comparison of segnas3d: name a new folder"
        case .damaged(let file):
            "\(file) cannot be understood: restore it, or begin another comparison"
        case .planChanged(let differences):
            (["the comparison was begun with other options:"] + differences.map { "  \($0)" })
                .joined(separator: "\n") + "\nGive the same ones, or begin another comparison"
        case .locked(let folder, let owner):
            "\(folder) is in use by \(owner): wait for it, or stop it"
        case .file(let file, let reason): "\(file): \(reason)"
        }
    }
}

internal import SegNASHost

/// What wrote a folder, by its plan: commands that tell of studies meet runs and comparisons, too.
enum FolderKind: String {
    case run = "train"
    case comparison = "compare"

    /// Nil for a study, and for what is none of these.
    init?(of path: String) {
        struct Plan: Decodable { var command: String? }
        guard let plan = try? JSONDocument.read(Plan.self, from: "\(path)/plan.json"),
            let kind = plan.command.flatMap({ FolderKind(rawValue: $0) })
        else { return nil }
        self = kind
    }

    /// Refuses what is no study, and says what it is.
    static func checkStudy(_ path: String) throws(OtherFolder) {
        if let kind = FolderKind(of: path) { throw OtherFolder(path: path, kind: kind) }
    }
}

/// A run or a comparison in place of a study.
struct OtherFolder: Error, CustomStringConvertible {
    let path: String
    let kind: FolderKind

    var description: String {
        switch kind {
        case .run:
            "\(path) is a run of segnas3d train, and reports are of studies, which segnas3d search makes: "
                + "segnas3d status \(path) tells how far the run is"
        case .comparison:
            "\(path) is a comparison: its page is \(path)/comparison.html, and its studies lie in \(path)/split-0 and so "
                + "on: name one of them"
        }
    }
}

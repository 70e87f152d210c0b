internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// What a folder holds that can be watched.
enum WatchedFolder {
    case nothing
    case study
    case run
    case crossValidation
    case cascade
    case comparison

    /// - Throws: ``WatchError`` for a folder that holds something else.
    static func kind(of path: String) throws(WatchError) -> WatchedFolder {
        let files = names(in: path)
        guard files.contains("plan.json") else {
            // Something may be about to be begun.
            let isFree = files.allSatisfy {
                $0.hasPrefix(".") || $0.hasPrefix("study.sqlite") || $0 == "study.lock"
            }
            guard isFree, !FileStamps.isFile(path) else { throw .other(folder: path) }
            return .nothing
        }
        switch FolderKind(of: path) {
        case .run?: return .run
        case .comparison?: return .comparison
        case .crossValidation?: return .crossValidation
        // Before its first stage is begun, a cascade has nothing to show.
        case .cascade?:
            return FolderKind(of: "\(path)/low") == .crossValidation ? .cascade : .nothing
        // Before its database is there, a study has nothing to show.
        case nil: return FileStamps.isThere("\(path)/study.sqlite") ? .study : .nothing
        }
    }
}

/// The reason why a folder cannot be watched.
public enum WatchError: Error, CustomStringConvertible {
    /// It holds no study, training or comparison.
    case other(folder: String)
    /// No port could be had.
    case noPort(first: Int, reason: String)

    public var description: String {
        switch self {
        case .other(let folder):
            "\(folder) is neither a study of segnas3d search, nor a run of segnas3d train, nor a comparison: name the "
                + "folder that one of these was given as --output"
        case .noPort(let port, let reason):
            "no page can be served at port \(port): \(reason); name another --port"
        }
    }
}

extension FileStamps {
    /// True if a file is there that is not empty.
    static func isThere(_ path: String) -> Bool { FileStamps([path]).last != nil }
}

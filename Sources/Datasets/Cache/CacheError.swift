/// A cache of prepared cases that cannot be used.
public enum CacheError: Error, Equatable, Sendable {
    /// No folder is named, and the environment leads to none.
    case noFolder
    /// The system's own words.
    case unusable(folder: String, reason: String)
}

extension CacheError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noFolder:
            "prepared cases have no place: neither XDG_CACHE_HOME nor HOME is set; name a folder with `cache`"
        case .unusable(let folder, let reason):
            "prepared cases cannot be kept in \(folder): \(reason); make room there or name another folder with `cache`"
        }
    }
}

import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// Where a cache keeps what.
///
/// - `entries/KEY/`: a prepared case.
/// - `partial/LEASE+KEY/`: one that is being written, or removed, by the process of that lease.
/// - `leases/LEASE`: a process that uses the cache, and the keys of the entries that it uses.
/// - `examinations/KEY.json`: what a check has found in a case.
/// - `digests`: digests of files already read.
struct CacheFolder: Hashable, Sendable {
    let path: String

    /// The folder that the user names, or the standard one.
    init(named path: String?) throws(CacheError) {
        guard let path else {
            self.path = try Self.standard()
            return
        }
        self.path = path
    }

    var entries: String { path + "/entries" }
    var partial: String { path + "/partial" }
    var leases: String { path + "/leases" }
    var examinations: String { path + "/examinations" }
    var digests: String { path + "/digests" }

    func entry(_ key: String) -> String { "\(entries)/\(key)" }

    /// Makes the folders, for their owner's eyes only: images of patients will lie there.
    func create() throws(CacheError) {
        for folder in [path, entries, partial, leases, examinations] {
            do throws(SystemFailure) {
                try FileSystem.makeFolder(folder, permissions: 0o700)
            } catch {
                throw failure(error)
            }
        }
        guard access(entries, W_OK | X_OK) == 0 else { throw failure(.last) }
    }

    func failure(_ reason: SystemFailure) -> CacheError {
        .unusable(folder: path, reason: "\(reason)")
    }

    /// Names in one of the folders; none where it cannot be read.
    func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// `$XDG_CACHE_HOME/segnas3d/prepared`, or under `~/.cache`.
    static func standard(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CacheError) -> String {
        // A relative path is to be ignored, says the specification of XDG_CACHE_HOME.
        if let named = environment["XDG_CACHE_HOME"], named.hasPrefix("/") {
            return named + "/segnas3d/prepared"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { throw .noFolder }
        return home + "/.cache/segnas3d/prepared"
    }
}

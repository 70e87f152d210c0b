internal import FoundationEssentials
internal import Glibc
public import SegNASHost
internal import Synchronization

/// The folders of a cache.
///
/// - `entries/KEY/`: a prepared case.
/// - `partial/LEASE+KEY/`: one that is being written, or removed, by the process of that lease.
/// - `leases/LEASE`: a process that uses the cache, and the keys of the entries that it uses.
/// - `examinations/KEY.json`: what a check has found in a case.
/// - `digests`: digests of files already read.
/// - `copying/KEY`: in copies on a disk of a node, the lock of an entry that is being copied.
struct CacheFolder: Hashable, Sendable {
    let path: String

    /// The folder that the user names, or the standard one.
    init(named path: String?) throws(CacheError) {
        guard let path else {
            self.init(at: try Self.standard())
            return
        }
        self.init(at: path)
    }

    init(at path: String) {
        self.path = path
    }

    var entries: String { path + "/entries" }
    var partial: String { path + "/partial" }
    var leases: String { path + "/leases" }
    var examinations: String { path + "/examinations" }
    var digests: String { path + "/digests" }
    var copying: String { path + "/copying" }

    func entry(_ key: String) -> String { "\(entries)/\(key)" }

    /// Makes the folders of a cache.
    func create() throws(CacheError) {
        try make([path, entries, partial, leases, examinations])
    }

    /// Makes folders, for their owner's eyes only: images of patients will lie there.
    func make(_ folders: [String]) throws(CacheError) {
        for folder in folders {
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

    /// Names in one of the folders; none if it cannot be read.
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

extension CacheFolder {
    /// An entry's size and last use.
    struct State {
        var key: String
        var used: Double
        var bytes: Int
    }

    /// All entries that have a record.
    func states() -> [State] {
        names(in: entries).compactMap { key in
            CacheEntry.state(of: entry(key)).map {
                State(key: key, used: $0.used, bytes: $0.bytes)
            }
        }
    }

    /// The bytes that the file system has left for this user.
    var freeBytes: Int { diskSpace(at: path).map { Int(clamping: $0.bytes) } ?? .max / 8 }

    /// A folder of this process alone, for an entry that is written or removed.
    func temporary(_ key: String, of lease: CacheLease) -> String {
        "\(partial)/\(lease.name)+\(key)-\(Self.serial.next())"
    }

    /// Gives a whole entry its name; if another whole one is there, either may stay.
    func publish(_ temporary: String, as key: String, lease: CacheLease) throws(EntryError) {
        for _ in 0..<100 {
            if rename(temporary, entry(key)) == 0 { return }
            guard errno == ENOTEMPTY || errno == EEXIST else { throw .system(.last) }
            // Damaged, or written by a quicker process: ours is as good.
            discard(key, lease: lease)
        }
        throw .system(SystemFailure(code: EBUSY))
    }

    /// Removes what ended processes left.
    func removeLeftovers() {
        // Listed before the leases: a process that comes now has its lease before its folders.
        let names = names(in: partial)
        let held = CacheLease.held(in: self).names
        for name in names {
            let owner = name.split(separator: "+").first.map(String.init) ?? ""
            if !held.contains(owner) { remove("\(partial)/\(name)") }
        }
    }

    /// Removes the least recently used entries that no process uses, until the needed bytes are free and fit into the
    /// limit beside the rest; returns the bytes of the rest.
    func removeOldest(toFree needed: Int, limit: Int, _ lease: CacheLease) -> Int {
        let states = states().sorted { ($0.used, $0.key) < ($1.used, $1.key) }
        let inUse = CacheLease.held(in: self).keys
        var rest = states.map(\.bytes).reduce(0, +)
        for state in states where !inUse.contains(state.key) {
            guard rest + needed > limit || freeBytes < needed else { break }
            discard(state.key, lease: lease)
            rest -= state.bytes
        }
        return rest
    }

    /// Removes an entry atomically, then its files.
    private func discard(_ key: String, lease: CacheLease) {
        let temporary = temporary(key, of: lease)
        if rename(entry(key), temporary) == 0 { remove(temporary) }
    }

    /// Examinations that are kept: those of a large dataset take some hundred megabytes.
    private static let maxExaminations = 20_000

    /// Removes the older half of the examinations where there are too many.
    func removeOldExaminations() {
        let names = names(in: examinations)
        guard names.count > Self.maxExaminations else { return }
        let files = names.map { name in
            var status = stat()
            let path = "\(examinations)/\(name)"
            return (path: path, time: stat(path, &status) == 0 ? status.st_mtim.tv_sec : 0)
        }
        for file in files.sorted(by: { $0.time < $1.time }).prefix(names.count / 2) {
            unlink(file.path)
        }
    }

    func remove(_ folder: String) {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static let serial = Serial()
}

/// Numbers, each given once in this process.
private final class Serial: Sendable {
    private let value = Atomic(0)

    func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// The lease of a process on a cache: a separate lock, whose file names the entries in use.
///
/// A folder or file named after a lease that no process holds is a leftover.
final class CacheLease: Sendable {
    let name: String
    private let file: String
    private let lock: FileLock
    private let keys = Mutex<Set<String>>([])

    init(in folder: CacheFolder) throws(CacheError) {
        var attempt = 0
        while true {
            let name = "\(getpid())-\(attempt)"
            let file = "\(folder.leases)/\(name)"
            do throws(FileLockError) {
                lock = try FileLock(unsigned: file, isNew: true)
                (self.name, self.file) = (name, file)
                return
            } catch {
                // Held: by another machine, or for another cache in this process.
                if case .system(_, let failure) = error { throw folder.failure(failure) }
            }
            attempt += 1
        }
    }

    deinit {
        unlink(file)
    }

    /// Keeps an entry from being removed by other processes, from now on.
    func use(_ key: String) {
        keys.withLock { keys in
            // Should it fail, the entry may be removed while it is mapped, which leaves the mapping whole.
            if keys.insert(key).inserted { lock.note(key) }
        }
    }

    /// Leases that a process holds, and the entries in use by them; the files of all others are removed.
    static func held(in folder: CacheFolder) -> (names: Set<String>, keys: Set<String>) {
        let names = FileLock.held(in: folder.leases)
        let keys = names.flatMap { name in
            let text = try? String(contentsOfFile: "\(folder.leases)/\(name)", encoding: .utf8)
            return (text ?? "").split(separator: "\n").map(String.init)
        }
        return (Set(names), Set(keys))
    }
}

/// A cache of prepared cases that cannot be used.
public enum CacheError: Error, Equatable, Sendable {
    /// No folder is named, and the environment leads to none.
    case noFolder
    /// The system's own words.
    case unusable(folder: String, reason: String)
    /// So many cases that are not prepared yet need more bytes than the disk has.
    case noRoom(folder: String, cases: Int, needed: ByteCount, free: ByteCount)
}

extension CacheError {
    /// The system's words for what is unusable; nil for other errors.
    var reason: String? {
        if case .unusable(_, let reason) = self { reason } else { nil }
    }
}

extension CacheError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noFolder:
            "prepared cases have no place: neither XDG_CACHE_HOME nor HOME is set; name a folder with `cache`"
        case .unusable(let folder, let reason):
            "prepared cases cannot be kept in \(folder): \(reason); make room there or name another folder with `cache`"
        case .noRoom(let folder, let cases, let needed, let free):
            "\(counted(cases, "case")) would need \(needed) in \(folder) when prepared, and \(free) are free there: "
                + "make room, or name a folder on another disk with `cache`"
        }
    }
}

import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import Synchronization

/// A process's stay in a cache: a lock of its own, whose file names the entries in use.
///
/// What carries the name of a lease that no process holds is a leftover.
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

import FoundationEssentials
internal import Glibc
internal import Host
internal import Synchronization

/// A process's stay in a cache: a locked file that names the entries in use.
///
/// The system releases the lock when the process ends, however it ends; what carries the name of a lease that nobody
/// holds is a leftover. Where the file system has no locks, the file names the process.
final class CacheLease: Sendable {
    let name: String
    private let file: String
    private let descriptor: Int32
    private let keys = Mutex<Set<String>>([])

    init(in folder: CacheFolder) throws(CacheError) {
        var attempt = 0
        while true {
            let name = "\(getpid())-\(attempt)"
            let file = "\(folder.leases)/\(name)"
            let descriptor = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            attempt += 1
            // Of another machine, or of another cache in this process.
            if descriptor < 0, errno == EEXIST { continue }
            guard descriptor >= 0 else { throw folder.failure(.last) }
            let answer = LockAnswer(for: descriptor)
            let isOurs = Self.claim(descriptor, answer)
            // Another process may have taken it for a leftover before it was locked, and removed it.
            var status = stat()
            if isOurs, fstat(descriptor, &status) == 0, status.st_nlink > 0 {
                (self.name, self.file, self.descriptor) = (name, file, descriptor)
                return
            }
            close(descriptor)
            if case .refused(let failure) = answer {
                unlink(file)
                throw folder.failure(failure)
            }
        }
    }

    deinit {
        unlink(file)
        close(descriptor)
    }

    /// Keeps an entry from being removed by other processes, from now on.
    func use(_ key: String) {
        keys.withLock { keys in
            guard keys.insert(key).inserted else { return }
            let line = Array((key + "\n").utf8)
            // Should it fail, the entry may be removed while it is mapped, which leaves the mapping whole.
            _ = write(descriptor, line, line.count)
        }
    }

    /// Leases that a process holds, and the entries in use by them; the files of all others are removed.
    static func held(in folder: CacheFolder) -> (names: Set<String>, keys: Set<String>) {
        var names: Set<String> = []
        var keys: Set<String> = []
        for name in folder.names(in: folder.leases) {
            let file = "\(folder.leases)/\(name)"
            let descriptor = open(file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            if isLeftover(file, LockAnswer(for: descriptor)) {
                unlink(file)
            } else {
                names.insert(name)
                let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                keys.formUnion(text.split(separator: "\n").map(String.init))
            }
        }
        return (names, keys)
    }

    /// Whether the lease is this process's now: without locks, by its name in the first line.
    private static func claim(_ descriptor: Int32, _ answer: LockAnswer) -> Bool {
        guard case .unsupported = answer else { return answer == .taken }
        let line = Array((ProcessIdentity.current().text + "\n").utf8)
        return write(descriptor, line, line.count) == line.count
    }

    private static func isLeftover(_ file: String, _ answer: LockAnswer) -> Bool {
        guard case .unsupported = answer else { return answer == .taken }
        return LockMark.owner(of: file)?.isAlive == false
    }
}

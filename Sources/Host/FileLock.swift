internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file that one process at a time has locked, and that says which.
///
/// The system releases the lock when the process ends, however it ends.
package final class FileLock {
    private let descriptor: Int32

    /// Locks a file, which is made where it is missing.
    package init(path: String) throws(FileLockError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .system(path: path, reason: "\(SystemFailure.last)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = SystemFailure.last
            close(descriptor)
            guard failure.code == EWOULDBLOCK else {
                throw .system(path: path, reason: "\(failure)")
            }
            throw .held(path: path, by: (try? readText(at: path)) ?? "another process")
        }
        let owner = Array(Self.owner.utf8)
        // Without the name, others are told that someone holds it, no more.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, owner, owner.count, 0)
    }

    deinit {
        close(descriptor)
    }

    private static var owner: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "process \(getpid()) on \(host) since \(Date.now.ISO8601Format())"
    }
}

/// Why a file could not be locked.
package enum FileLockError: Error, Equatable, Sendable {
    /// Someone else has it, in their own words.
    case held(path: String, by: String)
    case system(path: String, reason: String)
}

internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file that one process at a time has locked, and that says which.
///
/// The system releases the lock when the process ends, however it ends. On file systems without locks, a mark beside the
/// file takes the place of the lock: ``LockMark``.
package final class FileLock {
    private let descriptor: Int32
    private let mark: LockMark?

    /// What all files of a lock begin with that lies at this path.
    package static func isFile(_ name: String, of lock: String) -> Bool {
        name == lock || name.hasPrefix(lock + markEnding)
    }

    /// Behind the name of a locked file.
    package static let markEnding = ".owner"

    /// Locks a file, which is made where it is missing.
    package init(path: String) throws(FileLockError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .system(path: path, reason: "\(SystemFailure.last)") }
        do throws(FileLockError) {
            mark = try Self.lock(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        let owner = Array("\(ProcessIdentity.current()) since \(Date.now.ISO8601Format())".utf8)
        // Without the name, others are told that someone holds it, no more.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, owner, owner.count, 0)
    }

    deinit {
        close(descriptor)
    }

    private static func lock(
        _ descriptor: Int32, _ path: String
    ) throws(FileLockError) -> LockMark? {
        switch LockAnswer(for: descriptor) {
        case .taken: return nil
        case .held: throw .held(path: path, by: (try? readText(at: path)) ?? "another process")
        case .refused(let failure): throw .system(path: path, reason: "\(failure)")
        case .unsupported:
            do {
                return try LockMark(path: path + markEnding)
            } catch {
                throw FileLockError(error, of: path)
            }
        }
    }
}

/// Why a file could not be locked.
package enum FileLockError: Error, Equatable, Sendable {
    /// Someone else has it, in their own words.
    case held(path: String, by: String)
    case system(path: String, reason: String)
}

extension FileLockError {
    fileprivate init(_ failure: LockMark.Failure, of path: String) {
        switch failure {
        case .system(let reason): self = .system(path: path, reason: "\(reason)")
        case .held(let held) where held.owner?.isAlive == true:
            self = .held(path: path, by: held.owner.map { "\($0)" } ?? "another process")
        case .held(let held):
            let owner = held.owner.map { "\($0)" } ?? "another process"
            self = .held(
                path: path,
                by:
                    "\(owner), as \(held.path) says; the file system has no locks to ask, so delete "
                    + "that file if the process has ended")
        }
    }
}

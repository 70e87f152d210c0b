#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the system answers to a request for a file's lock.
package enum LockAnswer: Equatable, Sendable {
    case taken
    /// Another has it.
    case held
    /// The file system has no locks, as some on servers: Lustre without `-o flock`, NFS without its lock service.
    case unsupported(SystemFailure)
    case refused(SystemFailure)

    /// Asks for the lock of an open file, without waiting; the system releases it when the process ends.
    package init(for descriptor: Int32, isShared: Bool = false) {
        guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 else {
            self = .taken
            return
        }
        let failure = SystemFailure.last
        self =
            switch failure.code {
            case EWOULDBLOCK: .held
            case ENOSYS, ENOLCK, EOPNOTSUPP: .unsupported(failure)
            default: .refused(failure)
            }
    }
}

extension FileSystem {
    /// What the file system of a folder, or of the first above it that is there, says instead of locking files; nil
    /// where it locks them.
    package static func faultOfLocks(at path: String) -> SystemFailure? {
        var folder = path
        while true {
            let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 {
                defer { close(descriptor) }
                if case .unsupported(let failure) = LockAnswer(for: descriptor, isShared: true) {
                    return failure
                }
                return nil
            }
            guard errno == ENOENT, folder != ".", folder != "/" else { return nil }
            folder = PathParts(folder).folder
        }
    }
}

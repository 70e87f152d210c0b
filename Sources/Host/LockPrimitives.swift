import Glibc

/// The system's answer to a request for a file's lock.
package enum LockAnswer: Equatable, Sendable {
    case taken
    /// Another process has it.
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
    /// The error of a file system that cannot lock files; nil if it can.
    ///
    /// For a folder that does not exist yet, the first existing one above it is asked.
    package static func lockingFailure(at path: String) -> SystemFailure? {
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

/// A lock for file systems without locks: a file that names its process and is removed with the object.
///
/// The file of a process that ended without removing it is taken over if that end is certain: on the same machine, or
/// after that machine has been restarted.
package final class LockMark: Sendable {
    private let path: String
    private let owner: ProcessIdentity

    /// A mark and its owner, which may have ended; nil if the file names none.
    package struct Held: Error, Equatable, Sendable {
        package let path: String
        package let owner: ProcessIdentity?
    }

    package enum Failure: Error, Equatable, Sendable {
        case held(Held)
        case system(SystemFailure)
    }

    package init(path: String, as owner: ProcessIdentity = .current()) throws(Failure) {
        self.path = path
        self.owner = owner
        for _ in 0..<3 {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                let line = Array((owner.text + "\n").utf8)
                let isWritten = write(descriptor, line, line.count) == line.count
                let failure = SystemFailure.last
                close(descriptor)
                if isWritten { return }
                unlink(path)
                throw .system(failure)
            }
            guard errno == EEXIST else { throw .system(.last) }
            try Self.removeLeftover(path)
        }
        throw .held(Held(path: path, owner: Self.owner(of: path)))
    }

    deinit {
        if Self.owner(of: path) == owner { unlink(path) }
    }

    /// The process that a mark names; nil if there is no mark, or one that is being written.
    package static func owner(of path: String) -> ProcessIdentity? {
        guard let text = try? readText(at: path) else { return nil }
        return text.split(separator: "\n").first.flatMap { ProcessIdentity($0) }
    }

    /// The process that holds a mark, as far as is known; nil if none does.
    package static func holder(of path: String) -> ProcessIdentity? {
        owner(of: path).flatMap { $0.isAlive == false ? nil : $0 }
    }

    /// Removes the mark of a process that has ended.
    private static func removeLeftover(_ path: String) throws(Failure) {
        let owner = owner(of: path)
        guard let owner, owner.isAlive == false else {
            // It may have been removed just now.
            guard access(path, F_OK) == 0 else { return }
            throw .held(Held(path: path, owner: owner))
        }
        // Two processes may find it at once: only one can move it, and checks what it has moved.
        let moved = "\(path).\(getpid())"
        guard rename(path, moved) == 0 else { return }
        if Self.owner(of: moved) == owner {
            unlink(moved)
        } else {
            rename(moved, path)
        }
    }
}

internal import FoundationEssentials
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file that one process holds at a time, and that says who does.
///
/// The system gives the lock back when the process ends, however it ends, so that a dead process holds nothing. Where
/// the file system has no locks, a mark beside the file takes their place: ``LockMark``.
package final class FileLock: Sendable {
    private let descriptor: Int32
    private let mark: LockMark?
    /// What the file said when it was taken: of a holder that did not give it back in order, or works elsewhere, where
    /// this machine's locks do not reach.
    package let former: String
    private let isSigned = Atomic(false)

    /// Whether a mark takes the lock's place.
    package var isMark: Bool { mark != nil }

    /// Whether a name is that of a lock's file, or of what stands beside it.
    package static func isFile(_ name: String, of lock: String) -> Bool {
        name == lock || name.hasPrefix(lock + markEnding)
    }

    private static let markEnding = ".owner"

    /// Takes the lock and signs it with the name of this process.
    package convenience init(path: String) throws(FileLockError) {
        try self.init(unsigned: path)
        // The lock holds without it; others are told less.
        try? sign("\(ProcessIdentity.current()) since \(Date.now.ISO8601Format())")
    }

    /// Takes the lock and leaves the file as it is; where it is to be new, it must not be there yet.
    package init(unsigned path: String, isNew: Bool = false) throws(FileLockError) {
        (descriptor, mark) = try Self.take(path, isNew: isNew)
        former = Self.text(in: descriptor)
    }

    deinit {
        // Emptied before it is given back: who comes next finds no name.
        if isSigned.load(ordering: .relaxed) { _ = ftruncate(descriptor, 0) }
        close(descriptor)
    }

    /// Says in the file who holds it, in the place of what it said before.
    package func sign(_ text: String) throws(SystemFailure) {
        let bytes = Array(text.utf8)
        isSigned.store(true, ordering: .relaxed)
        guard ftruncate(descriptor, 0) == 0,
            pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
        else { throw .last }
        fsync(descriptor)
    }

    /// Adds a line to what the file says; one that cannot be written is left out.
    package func note(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    // MARK: - Steps

    private static func take(
        _ path: String, isNew: Bool
    ) throws(FileLockError) -> (Int32, LockMark?) {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : 0), 0o666)
            guard descriptor >= 0 else {
                let failure = SystemFailure.last
                guard isNew, failure.isExistingFile else { throw .system(path: path, failure) }
                throw .held(path: path, by: .unknown)
            }
            do throws(FileLockError) {
                let mark = try lock(descriptor, path)
                var status = stat()
                // Whoever removes locks that nobody holds may have taken it for one of these.
                if fstat(descriptor, &status) == 0, status.st_nlink > 0 {
                    return (descriptor, mark)
                }
            } catch {
                if isNew { unlink(path) }
                close(descriptor)
                throw error
            }
            close(descriptor)
        }
    }

    private static func lock(
        _ descriptor: Int32, _ path: String
    ) throws(FileLockError) -> LockMark? {
        var answer = LockAnswer(for: descriptor)
        if answer == .held {
            // Who asks for its state looks with a lock of its own, for a moment.
            usleep(50_000)
            answer = LockAnswer(for: descriptor)
        }
        switch answer {
        case .taken: return nil
        case .held: throw .held(path: path, by: .process(text(in: descriptor)))
        case .refused(let failure): throw .system(path: path, failure)
        case .unsupported:
            do throws(LockMark.Failure) {
                return try LockMark(path: path + markEnding)
            } catch {
                switch error {
                case .held(let held): throw .held(path: path, by: .mark(held))
                case .system(let failure): throw .system(path: path + markEnding, failure)
                }
            }
        }
    }

    /// Names and a date: whatever is longer is none of ours.
    private static func text(in descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

// MARK: - Locks of others

extension FileLock {
    /// What can be known of a lock without taking it.
    package enum State: Equatable, Sendable {
        /// No process of this machine holds it; what its file says.
        case free(String)
        /// A process does; what its file says.
        case held(String)
        /// The file system has no locks: the process whose mark stands there and that may still run; nil where none does.
        case marked(ProcessIdentity?)
    }

    /// The state of the lock at a path; nil where there is no such file.
    package static func state(of path: String) -> State? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let text = text(in: descriptor)
        // A shared lock for a moment: whoever takes it just now tries again.
        return switch LockAnswer(for: descriptor, isShared: true) {
        case .taken: .free(text)
        case .held, .refused: .held(text)
        case .unsupported: .marked(LockMark.holder(of: path + markEnding))
        }
    }

    /// The locks in a folder that processes hold, by their names; the files of all others are removed.
    package static func held(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.contains(markEnding) && !removeFree("\(folder)/\($0)") }
    }

    /// Removes the file of a lock that nobody holds; false where somebody does.
    private static func removeFree(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        let mark = path + markEnding
        switch LockAnswer(for: descriptor) {
        case .taken: break
        case .held, .refused: return false
        case .unsupported:
            // A mark that says nothing is just being written.
            guard access(mark, F_OK) != 0 || LockMark.owner(of: mark)?.isAlive == false else {
                return false
            }
        }
        unlink(path)
        unlink(mark)
        return true
    }
}

// MARK: - Errors

/// Why a lock cannot be had.
package enum FileLockError: Error, Equatable, Sendable {
    case held(path: String, by: Holder)
    case system(path: String, SystemFailure)

    package enum Holder: Equatable, Sendable {
        /// A process that holds the lock; what the file says, which may be nothing yet.
        case process(String)
        /// The process of a mark, where the file system has no locks.
        case mark(LockMark.Held)
        /// Whoever has made the file.
        case unknown
    }
}

extension FileLockError.Holder: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown, .process(""): "another process"
        case .process(let text): text
        case .mark(let held):
            (held.owner.map { "\($0)" } ?? "another process")
                + (held.owner?.isAlive == true
                    ? ""
                    : ", as \(held.path) says; the file system has no locks to ask, so delete that "
                        + "file if the process has ended")
        }
    }
}

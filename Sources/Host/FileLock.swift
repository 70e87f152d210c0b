internal import FoundationEssentials
import Glibc
internal import Synchronization

/// A lock file, held by one process at a time and naming its holder.
///
/// The system releases the lock when the process ends, however it ends. On file systems without locks, a mark beside
/// the file takes their place: ``LockMark``.
package final class FileLock: Sendable {
    private let descriptor: Int32
    private let mark: LockMark?
    /// The file's text when the lock was taken: left by a holder that did not release it in order, or by one on another
    /// machine, which this machine's locks do not reach.
    package let former: String
    private let isSigned = Atomic(false)

    /// True if a mark takes the place of the system's lock.
    package var isMark: Bool { mark != nil }

    /// True for the name of a lock's file or of its mark.
    package static func isFile(_ name: String, of lock: String) -> Bool {
        name == lock || name.hasPrefix(lock + markEnding)
    }

    private static let markEnding = ".owner"

    /// Takes the lock and writes the name of this process into the file.
    package convenience init(path: String) throws(FileLockError) {
        try self.init(unsigned: path)
        // The lock holds without it; other processes then learn less.
        try? sign("\(ProcessIdentity.current()) since \(Date.now.ISO8601Format())")
    }

    /// Takes the lock and leaves the file as it is; with `isNew` the file must not exist yet.
    package init(unsigned path: String, isNew: Bool = false) throws(FileLockError) {
        (descriptor, mark) = try Self.take(path, isNew: isNew)
        former = Self.text(in: descriptor)
    }

    deinit {
        // Emptied before the release: the next holder finds no name.
        if isSigned.load(ordering: .relaxed) { _ = ftruncate(descriptor, 0) }
        close(descriptor)
    }

    /// Replaces the file's text, which says who holds the lock.
    package func sign(_ text: String) throws(SystemFailure) {
        let bytes = Array(text.utf8)
        isSigned.store(true, ordering: .relaxed)
        guard ftruncate(descriptor, 0) == 0,
            pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
        else { throw .last }
        fsync(descriptor)
    }

    /// Adds a line to the file; one that cannot be written is left out.
    package func note(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    // MARK: - Taking

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
                // A process that removes free locks may have unlinked the file in between.
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
            // A process that asks for the state takes a lock for a moment.
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

    /// The file's text: names and a date, so that anything longer is not ours.
    private static func text(in descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

// MARK: - Locks of other processes

extension FileLock {
    /// The state of a lock, found out without taking it.
    package enum State: Equatable, Sendable {
        /// No process of this machine holds it; with the file's text.
        case free(String)
        /// A process holds it; with the file's text.
        case held(String)
        /// The file system has no locks; with the process that left a mark and may still run, nil if there is none.
        case marked(ProcessIdentity?)
    }

    /// The state of the lock at a path; nil if there is no such file.
    package static func state(of path: String) -> State? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let text = text(in: descriptor)
        // A shared lock for a moment: a process that takes the lock just now tries again.
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

    /// Removes the file of a free lock; false if the lock is held.
    private static func removeFree(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        let mark = path + markEnding
        switch LockAnswer(for: descriptor) {
        case .taken: break
        case .held, .refused: return false
        case .unsupported:
            // An empty mark is just being written.
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

/// An error in taking a lock.
package enum FileLockError: Error, Equatable, Sendable {
    case held(path: String, by: Holder)
    case system(path: String, SystemFailure)

    package enum Holder: Equatable, Sendable {
        /// A process that holds the lock; with the file's text, which may still be empty.
        case process(String)
        /// The process of a mark, on a file system without locks.
        case mark(LockMark.Held)
        /// The process that made the file.
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

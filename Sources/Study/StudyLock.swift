internal import FoundationEssentials
internal import Glibc
internal import Host

/// The process that works on a study.
public struct StudyOwner: Hashable, Codable, Sendable {
    public var process: Int32
    public var host: String

    public static func current() -> StudyOwner {
        StudyOwner(process: getpid(), host: ProcessInfo.processInfo.hostName)
    }
}

extension StudyOwner: CustomStringConvertible {
    public var description: String { "process \(process) on \(host)" }
}

/// A process's hold on a study: a locked file that names it.
///
/// The system gives the lock back when the process ends, however it ends, so that a dead process holds nothing. On a
/// network's file system locks may not reach other machines; there, a name from another machine that was not removed
/// in order is believed.
final class StudyLock {
    private let descriptor: Int32

    init(_ folder: StudyFolder, as owner: StudyOwner = .current()) throws(StudyError) {
        let file = folder.lock
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(file, reason: "\(SystemFailure.last)") }
        do throws(StudyError) {
            var isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
            if !isLocked {
                // `status` looks with a lock of its own, for a moment.
                usleep(50_000)
                isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
            }
            let code = errno
            let before = Self.owner(in: descriptor)
            guard isLocked || code == EWOULDBLOCK else {
                throw .file(file, reason: "it cannot be locked: \(SystemFailure(code: code))")
            }
            guard isLocked else { throw .owned(before, folder: folder.path) }
            if let before, before.host != owner.host, FileSystem.isRemote(folder.path) {
                throw .abandoned(before, lock: file)
            }
            try Self.write(owner, to: descriptor, file)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        // Emptied before it is given back: who comes next finds no name.
        _ = ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// The process that works on a study; nil where none does, as far as this machine can tell.
    static func owner(of folder: StudyFolder) -> StudyOwner? {
        let descriptor = open(folder.lock, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let owner = owner(in: descriptor)
        // A shared lock for a moment: an owner that comes just now tries again.
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return owner }
        return FileSystem.isRemote(folder.path) ? owner : nil
    }

    private static func owner(in descriptor: Int32) -> StudyOwner? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(StudyOwner.self, from: Data(bytes[..<count]))
    }

    private static func write(
        _ owner: StudyOwner, to descriptor: Int32, _ file: String
    ) throws(StudyError) {
        guard let data = try? JSONEncoder().encode(owner) else { return }
        let bytes = [UInt8](data)
        guard ftruncate(descriptor, 0) == 0,
            pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
        else { throw .file(file, reason: "\(SystemFailure.last)") }
        fsync(descriptor)
    }
}

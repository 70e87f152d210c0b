internal import FoundationEssentials
internal import Glibc
internal import Host

/// A process's hold on a study: a locked file that names it.
///
/// The system gives the lock back when the process ends, however it ends, so that a dead process holds nothing. On a
/// network's file system locks may not reach other machines; there, a name from another machine that was not removed
/// in order is believed. Where there are no locks at all, a mark takes their place: ``LockMark``.
final class StudyLock {
    private let descriptor: Int32
    private let mark: LockMark?
    /// Who had the study last and did not give it back in order, or works on the one that this is a copy of.
    let former: StudyOwner?

    init(_ folder: StudyFolder, as owner: StudyOwner = .current()) throws(StudyError) {
        let file = folder.lock
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(file, reason: "\(SystemFailure.last)") }
        do throws(StudyError) {
            mark = try Self.lock(descriptor, folder)
            former = Self.owner(in: descriptor)
            if mark == nil, let former, former.host != owner.host, FileSystem.isRemote(folder.path)
            {
                throw .abandoned(former, lock: file)
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

    private static func lock(
        _ descriptor: Int32, _ folder: StudyFolder
    ) throws(StudyError) -> LockMark? {
        var answer = LockAnswer(for: descriptor)
        if answer == .held {
            // `status` looks with a lock of its own, for a moment.
            usleep(50_000)
            answer = LockAnswer(for: descriptor)
        }
        switch answer {
        case .taken: return nil
        case .held: throw .owned(owner(in: descriptor), folder: folder.path)
        case .refused(let failure):
            throw .file(folder.lock, reason: "it cannot be locked: \(failure)")
        case .unsupported:
            do {
                return try LockMark(path: folder.lockMark)
            } catch {
                throw folder.fault(error)
            }
        }
    }

    /// The process that works on a study; nil where none does, as far as this machine can tell.
    static func owner(of folder: StudyFolder) -> StudyOwner? {
        let descriptor = open(folder.lock, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let owner = owner(in: descriptor)
        // A shared lock for a moment: an owner that comes just now tries again.
        switch LockAnswer(for: descriptor, isShared: true) {
        case .taken: return FileSystem.isRemote(folder.path) ? owner : nil
        case .unsupported: return LockMark.holder(of: folder.lockMark).map { StudyOwner($0) }
        case .held, .refused: return owner
        }
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

extension StudyFolder {
    /// What takes the place of the lock where the file system has none.
    fileprivate var lockMark: String { lock + FileLock.markEnding }

    fileprivate func fault(_ failure: LockMark.Failure) -> StudyError {
        switch failure {
        case .system(let reason): .file(lockMark, reason: "\(reason)")
        case .held(let held):
            switch (held.owner, held.owner?.isAlive) {
            case (let owner?, true): .owned(StudyOwner(owner), folder: path)
            case (let owner?, _): .abandoned(StudyOwner(owner), lock: held.path)
            case (nil, _):
                .file(
                    held.path,
                    reason:
                        "another process has made it to work on the study: if none does, delete it")
            }
        }
    }
}

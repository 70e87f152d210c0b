internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// The lock of a study: a locked file that names the process that owns it.
///
/// On a network's file system locks may not reach other machines; there, the name of a process on another machine is
/// believed until it is removed.
final class StudyLock {
    private let lock: FileLock
    /// The process that had the study last and did not release it, or works on the one that this is a copy of.
    let former: StudyOwner?

    init(_ folder: StudyFolder, as owner: StudyOwner = .current()) throws(StudyError) {
        let file = folder.lock
        do {
            lock = try FileLock(unsigned: file)
        } catch {
            throw StudyError(error, folder: folder.path)
        }
        former = StudyOwner(json: lock.former)
        if !lock.isMark, let former, former.host != owner.host, FileSystem.isRemote(folder.path) {
            throw .abandoned(former, lock: file)
        }
        do {
            try lock.sign(try JSONDocument.text(of: owner, .line))
        } catch {
            throw .file(file, reason: "\(error)")
        }
        AtomicFile.removeLeftovers(of: folder.plan)
    }

    /// The process that works on a study; nil if there is none, as far as this machine can tell.
    static func owner(of folder: StudyFolder) -> StudyOwner? {
        switch FileLock.state(of: folder.lock) {
        case nil: nil
        case .free(let text): FileSystem.isRemote(folder.path) ? StudyOwner(json: text) : nil
        case .held(let text): StudyOwner(json: text)
        case .marked(let process): process.map { StudyOwner($0) }
        }
    }
}

extension StudyOwner {
    /// Reads the file of a lock; nil for anything else, as while it is being written.
    fileprivate init?(json text: String) {
        guard let owner = try? JSONDocument.parse(text, as: StudyOwner.self) else { return nil }
        self = owner
    }
}

extension StudyError {
    fileprivate init(_ error: FileLockError, folder: String) {
        switch error {
        case .system(let file, let failure):
            self = .file(file, reason: "it cannot be locked: \(failure)")
        case .held(_, .process(let text)):
            self = .owned(StudyOwner(json: text), folder: folder)
        case .held(_, .unknown): self = .owned(nil, folder: folder)
        case .held(_, .mark(let held)):
            switch (held.owner, held.owner?.isAlive) {
            case (let owner?, true): self = .owned(StudyOwner(owner), folder: folder)
            case (let owner?, _): self = .abandoned(StudyOwner(owner), lock: held.path)
            case (nil, _):
                self = .file(
                    held.path,
                    reason:
                        "it was made by a process that works on the study: if none does, delete it")
            }
        }
    }
}

/// The process that works on a study.
public struct StudyOwner: Hashable, Codable, Sendable {
    public var process: Int32
    public var host: String

    public init(process: Int32, host: String) {
        self.process = process
        self.host = host
    }

    public static func current() -> StudyOwner {
        StudyOwner(.current())
    }

    init(_ identity: ProcessIdentity) {
        self.init(process: identity.process, host: identity.host)
    }

    public var isOfThisHost: Bool { host == Self.current().host }

    /// True if a process of this machine has its number.
    public var isThere: Bool {
        isOfThisHost && (kill(process, 0) == 0 || errno == EPERM)
    }
}

extension StudyOwner: CustomStringConvertible {
    public var description: String { "process \(process) on \(host)" }
}

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A lock for file systems without locks: a file that names the process that made it, and that goes with it.
///
/// The file of a process that ended without removing it is taken over, where it can be told that the process has ended:
/// on its own machine, or after that was started anew.
package final class LockMark: Sendable {
    private let path: String
    private let owner: ProcessIdentity

    /// Who has the mark; nil where the file does not say.
    ///
    /// Whether that one still runs may not be known.
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

    /// Whom a mark names; nil where there is none, or one that is being made.
    package static func owner(of path: String) -> ProcessIdentity? {
        guard let text = try? readText(at: path) else { return nil }
        return text.split(separator: "\n").first.flatMap { ProcessIdentity($0) }
    }

    /// Who holds a mark, as far as can be told; nil where nobody does.
    package static func holder(of path: String) -> ProcessIdentity? {
        owner(of: path).flatMap { $0.isAlive == false ? nil : $0 }
    }

    /// Removes the mark of a process that has ended.
    private static func removeLeftover(_ path: String) throws(Failure) {
        let owner = owner(of: path)
        guard let owner, owner.isAlive == false else {
            // It may have gone just now.
            guard access(path, F_OK) == 0 else { return }
            throw .held(Held(path: path, owner: owner))
        }
        // Two may find it at a time: only one moves it, and looks again at what it has moved.
        let moved = "\(path).\(getpid())"
        guard rename(path, moved) == 0 else { return }
        if Self.owner(of: moved) == owner {
            unlink(moved)
        } else {
            rename(moved, path)
        }
    }
}

import FoundationEssentials
import Glibc

/// A folder filled beside its final name and renamed when it is whole and on disk.
///
/// A folder that is not published disappears with the object; a killed process leaves `.<name>.<pid>.partial`, which
/// the next process to write that name removes. No file system moves a folder onto a full one: the old one is first
/// renamed to `.<name>.previous`, so that a process killed in between leaves it there, whole, for ``path(of:)``.
package final class AtomicFolder {
    /// The folder in which to write the files.
    package let temporaryPath: String
    private let path: String
    private var isPublished = false

    package init(path: String) throws(SystemFailure) {
        let path = PathParts.trimmed(path)
        self.path = path
        let parts = PathParts(path)
        temporaryPath = parts.sibling(".\(parts.name).\(getpid()).partial")
        Self.removeLeftovers(of: parts)
        try? FileManager.default.removeItem(atPath: temporaryPath)
        guard mkdir(temporaryPath, 0o777) == 0 else { throw .last }
    }

    deinit {
        if !isPublished { try? FileManager.default.removeItem(atPath: temporaryPath) }
    }

    /// Gives the folder its name; its files must have reached the disk.
    ///
    /// A folder that has the name already is replaced, or the call fails with `EEXIST`, as `replacing` says.
    package func publish(replacing: Bool) throws(SystemFailure) {
        let previous = Self.previous(of: path)
        if Self.exists(path) {
            guard replacing else { throw SystemFailure(code: EEXIST) }
            try? FileManager.default.removeItem(atPath: previous)
            guard rename(path, previous) == 0 else { throw .last }
        }
        guard rename(temporaryPath, path) == 0 else {
            let failure = SystemFailure.last
            rename(previous, path)
            throw failure
        }
        isPublished = true
        try FileSystem.synchronizeNames(in: PathParts(path).folder)
        try? FileManager.default.removeItem(atPath: previous)
    }

    /// The present path of the folder of that name; nil if there is none.
    package static func path(of path: String) -> String? {
        let path = PathParts.trimmed(path)
        // Another process may have replaced it before the second look.
        return [path, previous(of: path), path].first(where: exists)
    }

    private static func previous(of path: String) -> String {
        let parts = PathParts(path)
        return parts.sibling(".\(parts.name).previous")
    }

    private static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Removes leftovers of killed processes that wrote a folder of this name.
    private static func removeLeftovers(of parts: PathParts) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parts.folder)) ?? []
        for leftover in names
        where leftover.hasPrefix(".\(parts.name).") && leftover.hasSuffix(".partial") {
            let digits = leftover.dropFirst(parts.name.count + 2).dropLast(".partial".count)
            guard let process = pid_t(digits), kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            try? FileManager.default.removeItem(atPath: parts.sibling(leftover))
        }
    }
}

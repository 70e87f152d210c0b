internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A name for a folder that may be another one tomorrow: a symbolic link or, where the file system has none, as exFAT and
/// many shares, a small file that holds the path.
package enum FolderLink {
    /// What the link names, a path relative to its own folder or absolute; nil where there is no link.
    package static func target(of path: String) -> String? {
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
            return target
        }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let text = try? readText(at: path, limit: 4096)
        else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // One line, as tools also write that copy links where there are none.
        guard let line = lines.first, !line.isEmpty, lines.dropFirst().allSatisfy(\.isEmpty) else {
            return nil
        }
        return String(line)
    }

    /// The folder that a path means: what a link in a file names, otherwise the path itself, which the system follows.
    package static func resolve(_ path: String) -> String {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let target = target(of: path)
        else { return path }
        guard !target.hasPrefix("/") else { return target }
        return PathParts(path).sibling(target)
    }

    /// Switches a link at once, so that it always names a whole folder; not in place of a folder.
    package static func set(_ path: String, to target: String) throws(SystemFailure) {
        let partial = path + ".partial"
        unlink(partial)
        if symlink(target, partial) == 0 {
            guard rename(partial, path) == 0 else {
                let failure = SystemFailure.last
                unlink(partial)
                throw failure
            }
            return
        }
        guard [EPERM, EACCES, EOPNOTSUPP, ENOSYS, EINVAL].contains(errno) else { throw .last }
        try replaceText(at: path, by: target + "\n")
    }
}

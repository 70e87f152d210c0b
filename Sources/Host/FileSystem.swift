internal import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where files lie.
package enum FileSystem {
    /// Whether a folder, or a link to one, lies at a path.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a folder, and those that it is to lie in; one that is there already stays as it is.
    package static func makeFolder(
        _ path: String, permissions: UInt32 = 0o777
    ) throws(SystemFailure) {
        guard !isFolder(path), mkdir(path, mode_t(permissions)) != 0 else { return }
        var failure = SystemFailure.last
        if failure.isMissingFile, !path.isEmpty {
            try makeFolder(PathParts(PathParts.trimmed(path)).folder, permissions: permissions)
            if mkdir(path, mode_t(permissions)) == 0 { return }
            failure = .last
        }
        // Another process may have been quicker.
        guard failure.isExistingFile, isFolder(path) else { throw failure }
    }

    /// Brings the names in a folder to disk, which reach it apart from the files.
    static func synchronizeNames(in folder: String) throws(SystemFailure) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        // Some file systems cannot do this for folders; the names are in place by now.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .last }
    }

    /// Whether a path lies on another machine, where locks and shared memory cannot be relied on.
    ///
    /// `root` is where `proc` is found, another folder in tests.
    package static func isRemote(_ path: String, root: String = "/") -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        let device = UInt64(status.st_dev)
        let major = device >> 8 & 0xFFF | device >> 32 & ~0xFFF
        let minor = device & 0xFF | device >> 12 & ~0xFF
        let mounts = (try? String(contentsOfFile: root + "proc/self/mountinfo", encoding: .utf8))
        return (mounts ?? "").split(separator: "\n").contains { line in
            // 36 35 98:0 /from /to rw,noatime master:1 - nfs4 server:/from rw
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == "\(major):\(minor)",
                let dash = fields.lastIndex(of: "-"), dash + 1 < fields.count
            else { return false }
            return remoteKinds.contains(String(fields[dash + 1]))
                || fields[dash + 1].hasPrefix("fuse.")
        }
    }

    private static let remoteKinds: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "gpfs", "beegfs", "afs", "ceph", "9p",
        "panfs", "ocfs2", "gfs2", "fuse",
    ]
}

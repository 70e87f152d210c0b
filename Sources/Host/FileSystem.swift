internal import FoundationEssentials
import Glibc

/// Folders, and the file systems they lie on.
package enum FileSystem {
    /// The file in a folder to which this program has written predictions, which are not taken for input.
    package static let predictionRecord = "prediction.json"

    /// True if a folder, or a link to one, lies at a path.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// True if a link lies at a path, and nothing where it leads.
    package static func isDanglingLink(_ path: String) -> Bool {
        var status = stat()
        return isThere(path) && stat(path, &status) != 0 && errno == ENOENT
    }

    /// True if a file, a folder or a link lies at a path.
    package static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Makes a folder and the folders above it; one that exists stays as it is.
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

    /// Copies a file's bytes to a new file, which are on disk afterwards.
    package static func copyFile(_ path: String, to copy: String) throws(SystemFailure) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw .last }
        defer { close(source) }
        let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard target >= 0 else { throw .last }
        defer { close(target) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(source, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last }
            guard count > 0 else { break }
            try writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: target)
        }
        guard fsync(target) == 0 else { throw .last }
    }

    /// Brings the names in a folder to disk, which are stored apart from the files.
    static func synchronizeNames(in folder: String) throws(SystemFailure) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        // Some file systems cannot do this for folders; the names are in place anyway.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .last }
    }

    /// True if a path lies on another machine, where locks and shared memory are not reliable.
    ///
    /// `root` is the folder that holds `proc`; tests give another one.
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

/// The space left for this user on the file system of a folder; nil if unknown.
package func diskSpace(at folder: String) -> ByteCount? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    let product = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return ByteCount(product.overflow ? .max : product.partialValue)
}

/// A file's bytes in memory, read from disk on first use and private when written to.
package final class MappedFile {
    package let bytes: UnsafeMutableRawBufferPointer

    package init(path: String) throws(SystemFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemFailure(code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        let size = Int(status.st_size)
        guard size > 0 else {  // nothing to map
            bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0)
        guard let start, start != MAP_FAILED else { throw .last }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(start, bytes.count) }
    }
}

/// An error of the operating system.
public struct SystemFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error number, as in `errno`.
    public var code: Int32

    package init(code: Int32) {
        self.code = code
    }

    /// The failure of the last call.
    package static var last: SystemFailure { SystemFailure(code: errno) }

    package var isMissingFile: Bool { code == ENOENT }
    package var isOutOfMemory: Bool { code == ENOMEM }
    package var isExistingFile: Bool { code == EEXIST }
    package var isFullDisk: Bool { code == ENOSPC }

    public var description: String { String(cString: strerror(code)) }
}

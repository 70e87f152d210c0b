internal import FoundationEssentials
import Glibc

/// A file written beside its final name and renamed when it is whole and on disk.
///
/// A file that is not published disappears with the object; a killed process leaves only `.<name>.<pid>.partial`.
package final class AtomicFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    package init(path: String) throws(SystemFailure) {
        self.path = path
        let parts = PathParts(path)
        temporaryPath = parts.sibling(".\(parts.name).\(getpid()).partial")
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .last }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemFailure) {
        try writeAll(bytes, to: descriptor)
    }

    package func append(_ bytes: [UInt8]) throws(SystemFailure) {
        try bytes.withUnsafeBufferPointer { bytes throws(SystemFailure) in
            try append(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Gives the file its name, after its bytes have reached the disk.
    ///
    /// A file that has the name already is replaced, or the call fails with `EEXIST`, as `replacing` says.
    package func publish(replacing: Bool = true) throws(SystemFailure) {
        guard fsync(descriptor) == 0 else { throw .last }
        if replacing {
            guard Glibc.rename(temporaryPath, path) == 0 else { throw .last }
        } else {
            try Self.rename(temporaryPath, toNew: path)
        }
        close(descriptor)
        descriptor = -1
        try FileSystem.synchronizeNames(in: PathParts(path).folder)
    }

    /// Gives a file a name that no other has, on the same file system.
    private static func rename(_ file: String, toNew path: String) throws(SystemFailure) {
        // Unlike a check before a rename, a link cannot miss a file that appears in between.
        if link(file, path) == 0 {
            unlink(file)
            return
        }
        // Some file systems, such as exFAT and many on servers, have no links.
        guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else { throw .last }
        guard access(path, F_OK) != 0 else { throw SystemFailure(code: EEXIST) }
        guard Glibc.rename(file, path) == 0 else { throw .last }
    }

    /// Removes what killed processes have left of a file; for files that no other process is writing, as under a lock.
    package static func removeLeftovers(of path: String) {
        let parts = PathParts(path)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parts.folder)) ?? []
        for name in names where name.hasPrefix(".\(parts.name).") && name.hasSuffix(".partial") {
            unlink(parts.sibling(name))
        }
    }

    /// Moves a file that another library has written, and closed, to a name that no other has on its file system.
    package static func move(_ file: String, toNew path: String) throws(SystemFailure) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last }
        try rename(file, toNew: path)
        try FileSystem.synchronizeNames(in: PathParts(path).folder)
    }

    /// Replaces a file by another one, which is closed and on the same file system.
    package static func replace(_ path: String, with file: String) throws(SystemFailure) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0, Glibc.rename(file, path) == 0 else { throw .last }
        try FileSystem.synchronizeNames(in: PathParts(path).folder)
    }
}

/// Writes all bytes at the position of a file's descriptor, or throws.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = write(
            descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw count < 0 ? .last : SystemFailure(code: ENOSPC) }
        rest = rest.dropFirst(count)
    }
}

/// A file that a command creates and that must not exist yet.
package enum NewFile {
    /// Throws if the name is taken, before the work for the file begins.
    package static func checkAbsence(of path: String) throws(NewFileError) {
        guard access(path, F_OK) != 0 else { throw .exists(path) }
    }

    /// Writes a file that appears whole or not at all, and never in place of another.
    package static func write(_ text: String, to path: String) throws(NewFileError) {
        try write(Array(text.utf8), to: path)
    }

    /// Writes a file that appears whole or not at all, and never in place of another.
    package static func write(_ bytes: [UInt8], to path: String) throws(NewFileError) {
        try checkAbsence(of: path)
        do throws(SystemFailure) {
            let file = try AtomicFile(path: path)
            try file.append(bytes)
            try file.publish(replacing: false)
        } catch {
            throw error.code == EEXIST ? .exists(path) : .unwritable(path, reason: "\(error)")
        }
    }
}

/// An error in writing a file that must be new.
package enum NewFileError: Error, Equatable, CustomStringConvertible {
    case exists(String)
    case unwritable(String, reason: String)

    package var description: String {
        switch self {
        case .exists(let path): "\(path) exists: remove it, or name another file"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file written beside its final name and renamed when it is whole and on disk.
///
/// What is not published disappears with the object; a killed process leaves only a file named `.<name>.<pid>.partial`.
package final class AtomicFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32

    package init(path: String) throws(SystemFailure) {
        self.path = path
        let (folder, name) = Self.split(path)
        temporaryPath = "\(folder)/.\(name).\(getpid()).partial"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .last }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .last }
            rest = rest.dropFirst(written)
        }
    }

    package func append(_ bytes: [UInt8]) throws(SystemFailure) {
        let failure = bytes.withUnsafeBytes { bytes -> SystemFailure? in
            do throws(SystemFailure) {
                try append(bytes)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Gives the file its name, after its bytes have reached the disk.
    ///
    /// A file that has the name already is replaced, or the call fails with `EEXIST`, as `replacing` says.
    package func publish(replacing: Bool = true) throws(SystemFailure) {
        guard fsync(descriptor) == 0 else { throw .last }
        if replacing {
            guard rename(temporaryPath, path) == 0 else { throw .last }
        } else {
            try publishNew()
        }
        close(descriptor)
        descriptor = -1
        try Self.keepNames(in: Self.split(path).folder)
    }

    /// Gives the file a name that no other has.
    private func publishNew() throws(SystemFailure) {
        // Unlike a look before a rename, a link cannot miss a file that appears in between.
        if link(temporaryPath, path) == 0 {
            unlink(temporaryPath)
            return
        }
        // Some file systems, such as exFAT and many on servers, know no links.
        guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno) else { throw .last }
        guard access(path, F_OK) != 0 else { throw SystemFailure(code: EEXIST) }
        guard rename(temporaryPath, path) == 0 else { throw .last }
    }

    /// Puts a whole file, closed and on the same file system, in the place of another.
    package static func replace(_ path: String, with file: String) throws(SystemFailure) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0, rename(file, path) == 0 else { throw .last }
        try keepNames(in: split(path).folder)
    }

    /// Names lie in the folder, which reaches the disk apart from the file.
    private static func keepNames(in path: String) throws(SystemFailure) {
        let folder = open(path, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw .last }
        defer { close(folder) }
        // Some file systems cannot do this for folders; the file is in place by now.
        guard fsync(folder) == 0 || errno == EINVAL else { throw .last }
    }

    private static func split(_ path: String) -> (folder: String, name: Substring) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path[...]) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return (folder, path[path.index(after: slash)...])
    }
}

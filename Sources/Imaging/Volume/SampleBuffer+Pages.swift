internal import Glibc
package import SegNASHost

extension SampleBuffer {
    /// Zeros in pages of their own, which take memory when they are first written to and leave none behind.
    ///
    /// Nil where the system has no such memory.
    package convenience init?(zeroPages byteCount: Int) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let start = mmap(nil, max(byteCount, 1), PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let start, start != MAP_FAILED else { return nil }
        self.init(UnsafeMutableRawBufferPointer(start: start, count: byteCount)) {
            munmap(start, max(byteCount, 1))
        }
    }

    /// Zeros in a file without a name, for what is larger than memory: the system writes them to disk when it wants the
    /// memory for others.
    ///
    /// The file takes its room on disk at once, and disappears with the buffer or the process.
    ///
    /// - Throws: `SystemFailure` where the folder has no room for it, or cannot be written to.
    package convenience init(scratchIn folder: String, byteCount: Int) throws(SystemFailure) {
        var name = Array("\(folder)/.scores.XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        unlink(name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let code = posix_fallocate(descriptor, 0, max(byteCount, 1))
        // A write to a page that the disk has no room for would end the process.
        guard code == 0 else { throw SystemFailure(code: code) }
        let start = mmap(
            nil, max(byteCount, 1), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let start, start != MAP_FAILED else { throw .last }
        self.init(UnsafeMutableRawBufferPointer(start: start, count: byteCount)) {
            munmap(start, max(byteCount, 1))
        }
    }
}

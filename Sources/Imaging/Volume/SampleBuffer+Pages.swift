internal import Glibc
package import SegNASHost

extension SampleBuffer {
    /// Zeros in pages of their own, which take memory at once and leave none behind.
    ///
    /// Were they given at the first touch, a value that is added to would be read first, as one of the system's shared
    /// zeros; to replace these, all threads are interrupted for each page. That took longer than the additions.
    ///
    /// Nil where the system has no such memory.
    package convenience init?(zeroPages byteCount: Int) {
        let count = max(byteCount, 1)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let start = mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let start, start != MAP_FAILED else { return nil }
        _ = madvise(start, count, MADV_HUGEPAGE)
        // Before Linux 5.14 it is an unknown request, and pages come at the first touch.
        guard madvise(start, count, Self.populateForWriting) == 0 || errno == EINVAL else {
            munmap(start, count)
            return nil
        }
        self.init(UnsafeMutableRawBufferPointer(start: start, count: byteCount)) {
            munmap(start, count)
        }
    }

    /// `MADV_POPULATE_WRITE`, which older headers of the C library do not have.
    private static let populateForWriting: Int32 = 23

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

internal import Glibc

/// Memory for the samples of a volume, aligned for vectors and not initialised.
///
/// Filled once by whoever allocates it, and only read after that; which is why it may be shared between threads.
package final class SampleBuffer: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer
    private let base: UnsafeMutableRawPointer

    /// Memory of so many bytes, which must come from a size that was checked against the file.
    ///
    /// Nil where the system has no such memory.
    package convenience init?(byteCount: Int) {
        var base: UnsafeMutableRawPointer?
        guard posix_memalign(&base, 64, max(byteCount, 1)) == 0, let base else { return nil }
        self.init(
            base: base, bytes: UnsafeMutableRawBufferPointer(start: base, count: byteCount))
    }

    /// Takes over memory that `free` releases, of which only a part holds samples.
    package init(base: UnsafeMutableRawPointer, bytes: UnsafeMutableRawBufferPointer) {
        self.base = base
        self.bytes = bytes
    }

    deinit {
        free(base)
    }
}

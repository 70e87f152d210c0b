internal import Glibc

/// Memory that holds the samples of a volume, and is released with the last of them.
///
/// Filled once by whoever makes it, and only read after that; which is why it may be shared between threads.
package final class SampleBuffer: @unchecked Sendable {
    package let bytes: UnsafeMutableRawBufferPointer
    private let release: () -> Void

    /// New memory, aligned for vectors and not initialised; its size must have been checked against the file.
    ///
    /// Nil where the system has no such memory.
    package convenience init?(byteCount: Int) {
        var base: UnsafeMutableRawPointer?
        guard posix_memalign(&base, 64, max(byteCount, 1)) == 0, let base else { return nil }
        self.init(UnsafeMutableRawBufferPointer(start: base, count: byteCount)) { free(base) }
    }

    /// Memory of someone else, such as a part of a file that is mapped.
    package init(_ bytes: UnsafeMutableRawBufferPointer, release: @escaping () -> Void) {
        self.bytes = bytes
        self.release = release
    }

    deinit {
        release()
    }
}

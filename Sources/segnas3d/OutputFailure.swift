// Its stdout is a variable, which nobody here changes.
@preconcurrency import Glibc
internal import SegNASHost

/// Results that could not be written, as on a full disk.
struct OutputFailure: Error, CustomStringConvertible {
    private var code: Int32

    /// Writes what waits to be written; nil where all of it has come out.
    init?() {
        let isFlushed = fflush(nil) == 0
        code = errno
        guard !isFlushed || ferror(stdout) != 0 else { return nil }
        // What failed before has left no reason.
        if isFlushed { code = Self.isReaderGone ? EPIPE : EIO }
    }

    var isClosedPipe: Bool { code == EPIPE }

    var description: String { "the output cannot be written: \(SystemFailure(code: code))" }

    private static var isReaderGone: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&output, 1, 0) > 0 && Int32(output.revents) & POLLERR != 0
    }
}

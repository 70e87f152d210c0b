// Glibc's stdout is a variable, which nothing here changes.
@preconcurrency internal import Glibc
internal import SegNASHost

/// Standard error, for progress and errors: standard output holds results only.
struct StandardError: TextOutputStream {
    func write(_ text: String) {
        // Results printed earlier come first, even if both go into one pipe.
        fflush(nil)
        // A failure to report a failure cannot be reported.
        _ = text.utf8.withContiguousStorageIfAvailable {
            Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
        }
    }
}

/// Results that could not be written, for example to a full disk.
struct OutputFailure: Error, CustomStringConvertible {
    private var code: Int32

    /// Flushes all output; nil if all of it was written.
    init?() {
        let isFlushed = fflush(nil) == 0
        code = errno
        guard !isFlushed || ferror(stdout) != 0 else { return nil }
        // An earlier failure has left no error code.
        if isFlushed { code = Self.isReaderGone ? EPIPE : EIO }
    }

    var isClosedPipe: Bool { code == EPIPE }

    var description: String { "the output cannot be written: \(SystemFailure(code: code))" }

    private static var isReaderGone: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&output, 1, 0) > 0 && Int32(output.revents) & POLLERR != 0
    }
}

/// Columns of text for a terminal.
struct TextTable {
    struct Column {
        var title: String
        var isRight: Bool

        static func left(_ title: String) -> Column { Column(title: title, isRight: false) }
        static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
    }

    var columns: [Column]
    var rows: [[String]]

    /// The titles and the rows, two spaces between columns.
    var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { index in all.map { $0[index].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { padded(row[$0], to: widths[$0], columns[$0]) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func padded(_ cell: String, to width: Int, _ column: Column) -> String {
        let space = String(repeating: " ", count: width - cell.count)
        return column.isRight ? space + cell : cell + space
    }
}

import Glibc

/// What standard error leads to.
struct Terminal {
    /// Whether a line on it can be written anew: a terminal that knows escape sequences.
    let canRenewLines: Bool

    init() {
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        canRenewLines = isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb"
    }

    /// Columns now, for windows change their size; 80 where the terminal does not tell.
    var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Text in the place of the last line, of which nothing stays.
    func renewed(_ text: String) -> String { "\r\u{1B}[K" + text }
}

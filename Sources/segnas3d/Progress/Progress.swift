internal import Glibc
internal import SegNASHost
internal import Synchronization

// Everything that the program does with a terminal. It uses no library: it needs a width and one line that is
// rewritten, and no colours, which are lost in logs and on those who cannot see them.

/// The progress of a long command, on standard error.
///
/// On a terminal it is one line that is rewritten; elsewhere, as in a log or on a terminal that cannot do that, a new
/// line every few seconds. Any thread may advance it.
final class Progress: Sendable {
    private struct State {
        var done: Int
        var lastShown: ContinuousClock.Instant
    }

    private let title: String
    private let style: Style
    private let terminal: Terminal
    private let lineInterval: Duration
    private let begin: ContinuousClock.Instant
    /// Steps that were done before it began.
    private let first: Int
    private let state: Mutex<State>

    /// A way of showing progress.
    enum Style {
        case bar, lines, nothing
    }

    /// Starts now, after `done` steps; lines in a log are `lineInterval` apart.
    init(
        _ title: String, isQuiet: Bool = false, done: Int = 0, lineInterval: Duration = .seconds(5)
    ) {
        self.title = title
        self.lineInterval = lineInterval
        terminal = Terminal()
        style = isQuiet ? .nothing : terminal.canRewriteLines ? .bar : .lines
        begin = .now
        first = done
        state = Mutex(State(done: done, lastShown: begin))
    }

    /// Counts one more step of all.
    func advance(of total: Int) {
        update(of: total) { $0 += 1 }
    }

    /// Shows how many of all steps are done, and notes behind that, the most important first.
    func set(
        _ done: Int, of total: Int, left: ProgressLine.Left = .byPace,
        notes: @autoclosure () -> [String] = []
    ) {
        update(of: total, left: left, notes: notes()) { $0 = done }
    }

    private func update(
        of total: Int, left: ProgressLine.Left = .byPace,
        notes: @autoclosure () -> [String] = [], _ count: (inout Int) -> Void
    ) {
        guard style != .nothing else { return }
        state.withLock { state in
            count(&state.done)
            let now = ContinuousClock.now
            guard now - state.lastShown >= interval else { return }
            state.lastShown = now
            let line = ProgressLine(
                title: title, done: state.done, total: total, first: first, time: now - begin,
                left: left, notes: notes())
            show(
                style == .bar
                    ? terminal.rewritten(line.bar(width: terminal.width)) : line.text + "\n")
        }
    }

    /// Shows a line that stays.
    func say(_ line: String) {
        guard style != .nothing else { return }
        showLine(line)
    }

    /// Shows a line that stays, even where no progress is shown.
    func warn(_ line: String) { showLine(line) }

    private func showLine(_ line: String) {
        state.withLock { state in
            if style == .lines { state.lastShown = .now }
            show((style == .bar ? terminal.rewritten("") : "") + Flags.spelled(in: line) + "\n")
        }
    }

    /// Shows a line of parts that stays: on a terminal as many as fit into one row, at least the first.
    func say(_ parts: [String]) {
        let width = style == .bar ? terminal.width : .max
        let counts = stride(from: parts.count, to: 1, by: -1)
        let lines = counts.lazy.map { parts.prefix($0).joined(separator: ", ") }
        say(lines.first { $0.count < width } ?? parts.first ?? "")
    }

    /// Removes the bar, so that what follows begins on a new line.
    func finish() {
        guard style == .bar else { return }
        show(terminal.rewritten(""))
    }

    private var interval: Duration { style == .bar ? .milliseconds(100) : lineInterval }

    private func show(_ text: String) {
        let standardError = StandardError()
        standardError.write(text)
    }

    /// `0:05`, `12:30`, `3:04:05`.
    static func clock(seconds: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0
            ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}

// MARK: - A line of progress

/// One line of progress: the share done, the remaining time, and notes.
struct ProgressLine {
    var title: String
    var done: Int
    var total: Int
    /// Steps that were done before the time began.
    var first = 0
    /// Time since the first of the steps that were done now.
    var time: Duration
    var left = Left.byPace
    /// Notes behind the rest, the most important first.
    var notes: [String] = []

    /// The remaining time.
    enum Left {
        /// At the pace of the steps that were done now.
        case byPace
        /// Where the remaining seconds likely are; nil if nothing is known of them.
        case known(ClosedRange<Double>?)
    }

    /// For a log: `Training: 60 of 120 (50 %), 2:00:00 left · epoch 2, loss 0.500`.
    var text: String { "\(title): \(words)\(note(notes.count))" }

    /// For a terminal, in one row: what has no room is left out, the last notes first, then the bar.
    ///
    /// The last column stays free, where some terminals begin a new row.
    func bar(width: Int) -> String {
        let room = width - 1 - title.count - words.count - 1
        for count in stride(from: notes.count, through: 0, by: -1) {
            let cells = min(Self.maxCells, room - note(count).count - 1)
            guard cells >= Self.minCells else { continue }
            return "\(title) \(blocks(cells)) \(words)\(note(count))"
        }
        return String("\(title) \(words)".prefix(max(0, width - 1)))
    }

    private static let maxCells = 24
    /// A shorter bar is left out.
    private static let minCells = 8

    private var share: Double { Double(done) / Double(max(total, 1)) }

    private var words: String {
        "\(done) of \(total) (\(Int(share * 100)) %)" + (timeLeft.map { ", \($0) left" } ?? "")
    }

    private var timeLeft: String? {
        switch left {
        case .byPace:
            let pace = time / .seconds(1) / Double(max(done - first, 1))
            return Progress.clock(seconds: Int((pace * Double(total - done)).rounded(.up)))
        case .known(let seconds): return seconds.map { duration($0) }
        }
    }

    private func note(_ count: Int) -> String {
        count == 0 ? "" : " · " + notes.prefix(count).joined(separator: ", ")
    }

    private func blocks(_ cells: Int) -> String {
        let filled = Int(share * Double(cells))
        return String(repeating: "█", count: filled)
            + String(repeating: "░", count: cells - filled)
    }
}

// MARK: - The terminal

/// The terminal to which standard error may lead.
struct Terminal {
    /// True if lines can be rewritten: the terminal knows escape sequences.
    let canRewriteLines: Bool

    init() {
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        canRewriteLines = isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb"
    }

    /// Columns at the moment, as windows change their size; 80 if the terminal does not tell.
    var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Text that replaces the current line.
    func rewritten(_ text: String) -> String { "\r\u{1B}[K" + text }
}

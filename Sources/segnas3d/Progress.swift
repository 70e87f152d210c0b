import Glibc
internal import Synchronization

/// How far a long command is, on standard error.
///
/// On a terminal one line that renews itself; elsewhere, as in a log or on a terminal that cannot do that, a line every
/// few seconds. Any thread may advance it.
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
    /// Steps that were done before.
    private let first: Int
    private let state: Mutex<State>

    /// How progress is shown.
    enum Style {
        case bar, lines, nothing
    }

    /// Progress from now on, where so many steps were done before; lines are shown so far apart.
    init(
        _ title: String, isQuiet: Bool = false, done: Int = 0, lineInterval: Duration = .seconds(5)
    ) {
        self.title = title
        self.lineInterval = lineInterval
        terminal = Terminal()
        style = isQuiet ? .nothing : terminal.canRenewLines ? .bar : .lines
        begin = .now
        first = done
        state = Mutex(State(done: done, lastShown: begin))
    }

    /// Counts one step of so many.
    func advance(of total: Int) {
        update(of: total) { $0 += 1 }
    }

    /// Says how many of all steps are done; what else there is to say stands behind, the most important first.
    func set(_ done: Int, of total: Int, notes: @autoclosure () -> [String] = []) {
        update(of: total, notes: notes()) { $0 = done }
    }

    private func update(
        of total: Int, notes: @autoclosure () -> [String] = [], _ count: (inout Int) -> Void
    ) {
        guard style != .nothing else { return }
        state.withLock { state in
            count(&state.done)
            let now = ContinuousClock.now
            guard now - state.lastShown >= interval else { return }
            state.lastShown = now
            let line = ProgressLine(
                title: title, done: state.done, total: total, first: first, time: now - begin,
                notes: notes())
            show(
                style == .bar
                    ? terminal.renewed(line.bar(width: terminal.width)) : line.text + "\n")
        }
    }

    /// Shows a line that stays.
    func say(_ line: String) {
        guard style != .nothing else { return }
        state.withLock { state in
            if style == .lines { state.lastShown = .now }
            show((style == .bar ? terminal.renewed("") : "") + Flags.spelled(in: line) + "\n")
        }
    }

    /// Shows a line of parts that stays: on a terminal those that fit into one row, the first at least.
    func say(_ parts: [String]) {
        let width = style == .bar ? terminal.width : .max
        let counts = stride(from: parts.count, to: 1, by: -1)
        let lines = counts.lazy.map { parts.prefix($0).joined(separator: ", ") }
        say(lines.first { $0.count < width } ?? parts.first ?? "")
    }

    /// Removes the bar, so that what follows begins on a line of its own.
    func finish() {
        guard style == .bar else { return }
        show(terminal.renewed(""))
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

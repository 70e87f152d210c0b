import Glibc
internal import Synchronization

/// How far a long command is, on standard error.
///
/// On a terminal one line that renews itself; elsewhere, as in a log, a line every few seconds. Any thread may
/// advance it.
final class Progress: Sendable {
    private struct State {
        var done: Int
        var lastShown: ContinuousClock.Instant
    }

    private let title: String
    private let style: Style
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
        style = isQuiet ? .nothing : isatty(STDERR_FILENO) == 1 ? .bar : .lines
        begin = .now
        first = done
        state = Mutex(State(done: done, lastShown: begin))
    }

    /// Counts one step of so many.
    func advance(of total: Int) {
        update(of: total, note: "") { $0 += 1 }
    }

    /// Says how many of all steps are done; a note stands behind.
    func set(_ done: Int, of total: Int, note: @autoclosure () -> String = "") {
        update(of: total, note: note()) { $0 = done }
    }

    private func update(
        of total: Int, note: @autoclosure () -> String, _ count: (inout Int) -> Void
    ) {
        guard style != .nothing else { return }
        state.withLock { state in
            count(&state.done)
            let now = ContinuousClock.now
            guard now - state.lastShown >= interval else { return }
            state.lastShown = now
            show(
                Self.text(
                    title, state.done, of: total, after: now - begin, style, first: first,
                    note: note()))
        }
    }

    /// Shows a line that stays.
    func say(_ line: String) {
        guard style != .nothing else { return }
        state.withLock { state in
            if style == .lines { state.lastShown = .now }
            show((style == .bar ? "\r\u{1B}[K" : "") + line + "\n")
        }
    }

    /// Shows a line that stays where there is no bar that says the same.
    func sayWithoutBar(_ line: @autoclosure () -> String) {
        if style == .lines { say(line()) }
    }

    /// Removes the bar, so that what follows begins on a line of its own.
    func finish() {
        guard style == .bar else { return }
        show("\r\u{1B}[K")
    }

    private var interval: Duration { style == .bar ? .milliseconds(100) : lineInterval }

    private func show(_ text: String) {
        let standardError = StandardError()
        standardError.write(text)
    }

    /// What is shown: the share done as a bar and in percent, and the time that the rest will take.
    ///
    /// The first steps were done before the time began.
    static func text(
        _ title: String, _ done: Int, of total: Int, after time: Duration, _ style: Style,
        first: Int = 0, note: String = ""
    ) -> String {
        let share = Double(done) / Double(max(total, 1))
        let pace = time / .seconds(1) / Double(max(done - first, 1))
        let clock = clock(seconds: Int((pace * Double(total - done)).rounded(.up)))
        let words =
            "\(done) of \(total) (\(Int(share * 100)) %), \(clock) left"
            + (note.isEmpty ? "" : " · " + note)
        guard style == .bar else { return "\(title): \(words)\n" }
        let filled = Int(share * 24)
        let bar =
            String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        return "\r\(title) \(bar) \(words)\u{1B}[K"
    }

    /// `0:05`, `12:30`, `3:04:05`.
    static func clock(seconds: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0
            ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}

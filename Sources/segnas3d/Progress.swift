import Glibc
internal import Synchronization

/// How far a long command is, on standard error.
///
/// On a terminal one line that renews itself; elsewhere, as in a log, a line every few seconds. Any thread may
/// advance it.
final class Progress: Sendable {
    private struct State {
        var done = 0
        var lastShown: ContinuousClock.Instant
    }

    private let title: String
    private let style: Style
    private let begin: ContinuousClock.Instant
    private let state: Mutex<State>

    /// How progress is shown.
    enum Style {
        case bar, lines, nothing
    }

    init(_ title: String, isQuiet: Bool = false) {
        self.title = title
        style = isQuiet ? .nothing : isatty(STDERR_FILENO) == 1 ? .bar : .lines
        begin = .now
        state = Mutex(State(lastShown: begin))
    }

    /// Counts one step of so many.
    func advance(of total: Int) {
        guard style != .nothing else { return }
        state.withLock { state in
            state.done += 1
            let now = ContinuousClock.now
            guard now - state.lastShown >= interval else { return }
            state.lastShown = now
            show(Self.text(title, state.done, of: total, after: now - begin, style))
        }
    }

    /// Removes the bar, so that what follows begins on a line of its own.
    func finish() {
        guard style == .bar else { return }
        show("\r\u{1B}[K")
    }

    private var interval: Duration { style == .bar ? .milliseconds(100) : .seconds(5) }

    private func show(_ text: String) {
        let standardError = StandardError()
        standardError.write(text)
    }

    /// What is shown: the share done as a bar and in percent, and the time that the rest will take.
    static func text(
        _ title: String, _ done: Int, of total: Int, after time: Duration, _ style: Style
    ) -> String {
        let share = Double(done) / Double(max(total, 1))
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
        let left = Int((seconds / max(share, 1e-9) - seconds).rounded(.up))
        let clock = "\(left / 60):" + (left % 60 < 10 ? "0" : "") + "\(left % 60)"
        let words = "\(done) of \(total) (\(Int(share * 100)) %), \(clock) left"
        guard style == .bar else { return "\(title): \(words)\n" }
        let filled = Int(share * 24)
        let bar =
            String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
        return "\r\(title) \(bar) \(words)\u{1B}[K"
    }
}

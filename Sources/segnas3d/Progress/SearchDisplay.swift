internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// Shows a search on standard error: a line for each trial that is trained, and a bar for the whole, which counts the
/// others.
final class SearchDisplay {
    private let isQuiet: Bool
    private var progress: Progress?
    private var warnings: Set<String> = []
    /// Trials of this session that cost nothing.
    private var untrained: [TrialState: Int] = [:]

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    /// Shows the progress of the search.
    func show(done: Int, all: Int, running: Int) {
        bar(done).set(done, of: all, notes: ["\(running) in training"] + untrainedNotes)
    }

    /// Shows an event of a trial.
    func show(_ event: Coordinator.Event, best: Trial?) {
        switch event {
        case .started: break
        case .paused(let trial): say(Self.line(trial))
        case .ended(let trial) where Self.untrained.contains { $0.state == trial.state }:
            untrained[trial.state, default: 0] += 1
        case .ended(let trial):
            let figure = best.map { ", best \(decimal($0.end?.dice ?? 0)) (trial \($0.number))" }
            say(Self.line(trial) + (trial.state == .completed ? figure ?? "" : ""))
        case .attemptEnded(_, let end) where end.reason == .stopped: break
        case .attemptEnded(let trial, let end):
            say("trial \(trial): an attempt ended without a result: \(end.reason.words)")
            for line in end.lastLines.split(separator: "\n") { say("    \(line)") }
        case .standsStill(let trial, let process):
            let remedy = process.map { " (kill -CONT \($0))" } ?? ""
            say("trial \(trial): its worker is stopped; waiting for it to continue\(remedy)")
        }
    }

    private static let untrained: [(state: TrialState, word: String)] = [
        (.illegal, "illegal"), (.cached, "cached"), (.outOfMemory, "out of memory"),
    ]

    /// `3 illegal`, `1 cached`.
    private var untrainedNotes: [String] {
        Self.untrained.compactMap { state, word in untrained[state].map { "\($0) \(word)" } }
    }

    /// Shows a warning once.
    func warn(_ sentence: String) {
        guard warnings.insert(sentence).inserted else { return }
        say("Warning: \(sentence)")
    }

    /// Removes the bar.
    func finish() {
        progress?.finish()
        progress = nil
    }

    private func say(_ line: String) {
        (progress ?? Progress("", isQuiet: isQuiet)).say(line)
    }

    private func bar(_ done: Int) -> Progress {
        if let progress { return progress }
        let bar = Progress("Searching", isQuiet: isQuiet, done: done, lineInterval: .seconds(60))
        progress = bar
        return bar
    }

    /// `trial 12: n 21 p 3 sup 1 res 0 {2,0,2}, 2,516,000 parameters: Dice 0.812`.
    static func line(_ trial: Trial) -> String {
        let others = trial.hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { " \($0.key.rawValue) \($0.value.words)" }.joined()
        let size = trial.cost.map { ", \(grouped($0.parameters)) parameters" } ?? ""
        let end =
            trial.state == .paused
            ? ": Dice \(decimal(trial.dice ?? 0)) so far" : trial.end.map { ": \($0.words)" } ?? ""
        return "trial \(trial.number): \(trial.architecture)\(others)\(size)\(end)"
    }
}

extension HyperparameterValue {
    /// The name, or the number with as many digits as a Float has.
    var words: String {
        number.map { Int(exactly: $0).map(String.init) ?? "\(Float($0))" } ?? "\(self)"
    }
}

extension TrialEnd {
    /// Text for a reader: `Dice 0.812`, or the reason why there is none.
    fileprivate var words: String {
        switch self {
        case .completed(let dice): "Dice \(decimal(dice))"
        case .cached(let trial, let dice?): "Dice \(decimal(dice)), as trial \(trial)"
        case .cached(let trial, nil): "out of memory, as trial \(trial)"
        case .illegal(let reason): "illegal: \(reason)"
        case .outOfMemory(let shortage): shortage.words
        case .failed(let reason): "failed: \(reason)"
        case .stopped(let dice): "stopped at Dice \(decimal(dice)), before its last epoch"
        }
    }
}

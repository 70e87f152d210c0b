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
    /// How many trials of this session cost nothing, by the word for it.
    private var untrained: [String: Int] = [:]

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
    }

    /// Shows the progress of the search.
    func show(_ progress: SearchProgress) {
        let others = untrained.sorted { $0.key < $1.key }.map { "\($1) \($0)" }
        bar(progress.done).set(
            progress.done, of: progress.all, left: .known(progress.secondsLeft),
            notes: progress.running.map(\.words) + others)
    }

    /// Shows an event of a trial.
    func show(_ event: Coordinator.Event, best: Trial?) {
        switch event {
        case .started: break
        case .paused(let trial): say(trial, "Dice \(decimal(trial.dice ?? 0)) so far")
        case .ended(let trial):
            switch trial.end?.notice {
            case .count(let word): untrained[word, default: 0] += 1
            case .line(let words):
                let figure = best.map {
                    ", best \(decimal($0.end?.dice ?? 0)) (trial \($0.number))"
                }
                say(trial, words + (trial.state == .completed ? figure ?? "" : ""))
                sayIfBaseline(trial)
            case nil: break
            }
        case .attemptEnded(_, let end) where end.reason == .stopped: break
        case .attemptEnded(let trial, let end):
            say("trial \(trial): an attempt ended without a result: \(end.reason.words)")
            for line in end.lastLines.split(separator: "\n") { say("    \(line)") }
        case .standsStill(let trial, let process):
            let remedy = process.map { " (kill -CONT \($0))" } ?? ""
            say("trial \(trial): its worker is stopped; waiting for it to continue\(remedy)")
        }
    }

    /// Names the first model, which is there for use while the search goes on.
    private func sayIfBaseline(_ trial: Trial) {
        guard trial.state == .completed, trial.proposal.origin == .given else { return }
        say("the baseline is trained: segnas3d predict takes the study from now on")
    }

    /// Shows a warning once.
    func warn(_ sentence: String) {
        guard warnings.insert(sentence).inserted else { return }
        (progress ?? Progress("", isQuiet: isQuiet)).warn("Warning: \(sentence)")
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

    /// Says `trial 12: n 21 p 3 sup 1 res 0 {2,0,2}, 2,516,000 parameters: Dice 0.812`.
    private func say(_ trial: Trial, _ end: String) {
        let others = trial.hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { " \($0.key.rawValue) \($0.value.words)" }.joined()
        let size = trial.cost.map { ", \(grouped($0.parameters)) parameters" } ?? ""
        say("trial \(trial.number): \(trial.architecture)\(others)\(size): \(end)")
    }
}

extension SearchProgress.Training {
    /// What it is at: `trial 12 epoch 3 Dice 0.812`.
    var words: String {
        "trial \(trial) epoch \(max(epochs, 1))" + (dice.map { " Dice \(decimal($0))" } ?? "")
    }
}

extension HyperparameterValue {
    /// The name, or the number with as many digits as a Float has.
    var words: String {
        number.map { Int(exactly: $0).map(String.init) ?? "\(Float($0))" } ?? "\(self)"
    }
}

extension TrialEnd {
    /// What is shown of it: a line for a training, a count of what cost nothing.
    fileprivate enum Notice {
        case line(String)
        case count(String)
    }

    fileprivate var notice: Notice {
        switch self {
        case .completed(let dice): .line("Dice \(decimal(dice))")
        case .stopped(let dice): .line("stopped at Dice \(decimal(dice)), before its last epoch")
        case .failed(let reason): .line("failed: \(reason)")
        case .outOfMemory(let shortage) where shortage.kind == .real: .line(shortage.words)
        case .outOfMemory: .count("out of memory")
        case .illegal: .count("illegal")
        case .cached: .count("cached")
        }
    }
}

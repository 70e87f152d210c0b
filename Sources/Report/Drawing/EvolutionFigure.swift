internal import SegNASHost
internal import SegNASStudy

/// A drawing of a search over its trials: the paper's Figure 3.
///
/// Completed trials are points, the best one so far is a line; all others stand in bands below the axis.
public struct EvolutionFigure: Hashable, Sendable {
    /// A completed trial by its number, from 0.
    public struct CompletedTrial: Hashable, Sendable {
        public let number: Int
        public let dice: Double

        public init(number: Int, dice: Double) {
            self.number = number
            self.dice = dice
        }
    }

    /// The numbers of trials of one of the other states.
    public struct Band: Hashable, Sendable {
        public let name: String
        public let trials: [Int]

        public init(name: String, trials: [Int]) {
            self.name = name
            self.trials = trials
        }
    }

    /// The completed trials by rising numbers; not empty.
    public let completed: [CompletedTrial]
    public let bands: [Band]
    /// The number of all trials.
    public let trialCount: Int

    public init(completed: [CompletedTrial], bands: [Band] = [], trialCount: Int) {
        precondition(!completed.isEmpty, "a figure without a completed trial")
        self.completed = completed
        self.bands = bands
        self.trialCount = trialCount
    }

    /// An `<svg>` element, which is a whole document and may also be put into a page.
    public func svg() -> String {
        drawing.svg(title: "Evolution of the search", description: description)
    }

    /// The completed trials with a higher Dice than all before.
    var records: [CompletedTrial] {
        completed.reduce(into: []) { records, trial in
            if trial.dice > records.last?.dice ?? -1 { records.append(trial) }
        }
    }

    private var description: String {
        let best = records[records.count - 1]
        return
            "\(completed.count) of \(trialCount) trials are completed; trial \(best.number) has the best "
            + "validation Dice, \(decimal(best.dice))."
    }
}

extension EvolutionFigure {
    /// Makes the figure of a report; nil before a trial is completed.
    init?(_ data: ReportData) {
        let completed = data.trials.compactMap { trial in
            trial.state == .completed
                ? trial.dice.map { CompletedTrial(number: trial.number, dice: $0) } : nil
        }
        guard !completed.isEmpty else { return nil }
        let others = TrialState.allCases.filter {
            ![.completed, .queued, .running].contains($0)
        }
        let bands = others.map { state in
            Band(
                name: state.words,
                trials: data.trials.filter { $0.state == state }.map { $0.number })
        }
        self.init(
            completed: completed, bands: bands.filter { !$0.trials.isEmpty },
            trialCount: data.trials.count)
    }
}

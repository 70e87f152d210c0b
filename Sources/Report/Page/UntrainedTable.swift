internal import SegNASStudy

/// What was proposed and not trained, and why.
struct UntrainedTable {
    private let rows: [[String]]

    /// Nil where all was trained.
    init?(_ record: StudySnapshot) {
        let states: [TrialState] = [
            .illegal, .outOfMemory, .failed, .cached, .queued, .running,
        ]
        rows = states.compactMap { state in
            let trials = record.trials.filter { $0.trial.state == state }
            guard !trials.isEmpty else { return nil }
            let share = Int((100 * Double(trials.count) / Double(record.trials.count)).rounded())
            return [state.words, "\(trials.count)", "\(share) %", Self.reasons(trials)]
        }
        guard !rows.isEmpty else { return nil }
    }

    var html: String {
        Table(
            caption: "Proposals without a training of their own",
            columns: [("state", false), ("trials", true), ("share", true), ("reasons", false)],
            rows: rows
        ).html
    }

    /// The most frequent ones.
    private static func reasons(_ trials: [TrialRecord]) -> String {
        let counts = Dictionary(grouping: trials.compactMap(\.kindOfReason)) { $0 }
            .mapValues(\.count).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = counts.prefix(3).map { "\($0.key) (\($0.value))" }
        let rest = counts.count > 3 ? ["\(counts.count - 3) others"] : []
        return (shown + rest).joined(separator: "; ")
    }
}

extension TrialRecord {
    /// Its reason without numbers that are its own.
    fileprivate var kindOfReason: String? {
        switch trial.end {
        case .outOfMemory(let shortage)?:
            shortage.kind == .predicted
                ? "predicted to need too much" : "tried, and needed too much"
        case .cached?: nil
        default: trial.reason
        }
    }
}

internal import SegNASHost
public import SegNASStudy

/// The learning curves of a study as a table of comma-separated values: a row for each epoch of each trial that has
/// ended.
public struct TrialEpochTable {
    private let trials: [TrialRecord]

    /// - Parameter record: The study's trials.
    public init(_ record: StudySnapshot) {
        trials = record.trials
    }

    /// The header and the rows, trial by trial.
    public var csv: String {
        var table = CSV(header: ["trial", "epoch", "loss", "validation_dice", "seconds"])
        for trial in trials {
            for epoch in trial.epochs {
                table.append([
                    "\(trial.number)", "\(epoch.number)", "\(epoch.loss)", "\(epoch.dice)",
                    decimal(epoch.seconds, 3),
                ])
            }
        }
        return table.text
    }
}

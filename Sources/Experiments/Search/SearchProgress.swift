internal import FoundationEssentials
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy

/// How far a search is, and what it trains.
public struct SearchProgress: Hashable, Sendable {
    /// Trials that are done, completed ones or epochs, as the budget counts, and the number to reach.
    public let done: Int
    public let all: Int
    /// Where the remaining seconds likely are, by the time of the trainings so far; nil before any has ended.
    public let secondsLeft: ClosedRange<Double>?
    /// The trainings at work, by the numbers of their trials.
    public let running: [Training]

    /// The training of a trial.
    public struct Training: Hashable, Sendable {
        public let trial: Int
        /// The epochs that are done.
        public let epochs: Int
        /// The validation Dice of the last of them; nil without one.
        public let dice: Double?
    }

    /// Reads it from a study that is open here.
    init(_ ledger: StudyLedger) throws {
        let progress = try ledger.progress()
        (done, all) = (progress.done, progress.all)
        secondsLeft = progress.likelySecondsLeft
        running = try ledger.openAttempts().map { attempt in
            let run = TrialFolder(ledger.folder.trial(attempt.trial)).run
            let last = EpochRecord(lastOf: "\(run)/log.jsonl")
            return Training(
                trial: attempt.trial, epochs: last?.epoch ?? 0, dice: last?.validation?.mean)
        }
    }
}

extension EpochRecord {
    /// The last line of a run's log that is whole; nil if there is none.
    fileprivate init?(lastOf log: String) {
        guard let file = try? MappedFile(path: log) else { return nil }
        let record = withExtendedLifetime(file) { () -> EpochRecord? in
            let lines = file.bytes.split(separator: UInt8(ascii: "\n"))
            let records = lines.reversed().lazy.compactMap { line in
                try? JSONDocument.parse(String(decoding: line, as: UTF8.self), as: EpochRecord.self)
            }
            return records.first
        }
        guard let record else { return nil }
        self = record
    }
}

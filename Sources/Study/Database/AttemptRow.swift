internal import GRDB
internal import SegNASHost

extension Attempt {
    init(_ row: Row) throws {
        let handle: String? = row["handle"]
        var state = handle.map { State.launched(JobHandle($0)) } ?? .submitting
        if let text: String = row["reason"] {
            guard let reason = AttemptEnd.Reason(rawValue: text) else {
                throw RowFault(trial: row["trial"], column: "reason")
            }
            state = .ended(
                AttemptEnd(
                    reason, hasProgressed: row["hasProgressed"], lastLines: row["lastLines"]))
        }
        self.init(trial: row["trial"], number: row["number"], state: state, slot: row["slot"])
    }

    func insert(into db: Database) throws {
        try db.execute(
            sql: "INSERT INTO attempt (trial, number, slot) VALUES (?, ?, ?)",
            arguments: [trial, number, slot])
    }

    /// Records its end, of which an attempt has one.
    ///
    /// The time is in seconds since 1970, nil for now.
    func end(_ end: AttemptEnd, at time: Double?, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE attempt SET reason = ?, counts = ?, hasProgressed = ?, lastLines = ?,
                    endedAt = max(submittedAt, min(coalesce(?, \(StudySchema.now)), \(StudySchema.now)))
                WHERE trial = ? AND number = ? AND reason IS NULL
                """,
            arguments: [
                end.reason.rawValue, end.counts, end.hasProgressed, end.lastLines, time, trial,
                number,
            ])
        guard db.changesCount == 1 else {
            throw StudyError.transition(trial: trial, from: .running, to: .running)
        }
    }
}

extension TrialEpoch {
    func insert(into db: Database, trial: Int) throws {
        try db.execute(
            sql: """
                INSERT INTO epoch (trial, epoch, loss, dice, dicePerLabel, seconds) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                trial, epoch, loss, dice,
                try JSONDocument.text(of: dicePerLabel, .line), seconds,
            ])
    }
}

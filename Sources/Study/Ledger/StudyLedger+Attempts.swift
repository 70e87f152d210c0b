internal import GRDB
internal import SegNASSearch

extension StudyLedger {
    /// Trials that wait for a slot, the oldest first.
    public func waiting() throws(StudyError) -> [Trial] {
        try database.read { db in
            try Trial.all("state = 'queued' AND waitsFor IS NULL", [], in: db)
        }
    }

    /// Attempts that were begun and have no end, also those of a process that was killed.
    public func openAttempts() throws(StudyError) -> [Attempt] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM attempt WHERE reason IS NULL ORDER BY trial")
                .map(Attempt.init)
        }
    }

    /// The attempts of a trial, in order.
    public func attempts(of trial: Int) throws(StudyError) -> [Attempt] {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM attempt WHERE trial = ? ORDER BY number", arguments: [trial]
            ).map(Attempt.init)
        }
    }

    /// Records the intent to start a worker, before it is started.
    public func begin(_ trial: Int, slot: String) throws(StudyError) -> Attempt {
        var attempt: Attempt?
        _ = try commit { db in
            let begun = try self.step(trial, to: .running, in: db)
            let last = try Int.fetchOne(
                db, sql: "SELECT max(number) FROM attempt WHERE trial = ?", arguments: [trial])
            attempt = Attempt(
                trial: trial, number: (last ?? 0) + 1, state: .submitting, slot: slot)
            try attempt?.insert(into: db)
            return [begun]
        }
        guard let attempt else { preconditionFailure("a transaction without its body") }
        return attempt
    }

    /// The seconds that the whole training of a trial may take: as long as the slowest of the last ones, by their
    /// multiply-adds.
    ///
    /// - Returns: Nil before any training is complete, and for a trial whose multiply-adds are not known.
    /// - Throws: ``StudyError``.
    func likelySeconds(of trial: Trial) throws(StudyError) -> Double? {
        guard let operations = trial.cost?.operations else { return nil }
        // The plus keeps SQLite from sorting all that are complete: the last values are the first it finds.
        let pace = try database.read { db in
            try Double.fetchOne(
                db,
                sql: """
                    SELECT max(pace) FROM (SELECT sum(epoch.seconds) / last.operations AS pace
                        FROM (SELECT number, operations FROM trial
                            WHERE tellSerial IS NOT NULL AND +state = 'completed' AND operations > 0
                            ORDER BY tellSerial DESC LIMIT 20) AS last
                        JOIN epoch ON epoch.trial = last.number GROUP BY last.number)
                    """)
        }
        return pace.map { $0 * Double(operations) }
    }

    /// Records the job that was started.
    public func launched(_ attempt: Attempt, as handle: JobHandle) throws(StudyError) -> Attempt {
        try database.write { db in
            try db.execute(
                sql: """
                    UPDATE attempt SET handle = ?, launchedAt = \(StudySchema.now)
                    WHERE trial = ? AND number = ? AND reason IS NULL
                    """, arguments: [handle.text, attempt.trial, attempt.number])
        }
        var attempt = attempt
        attempt.state = .launched(handle)
        return attempt
    }

    /// Records the end of an attempt without a result.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that has ended.
    ///   - end: Its end.
    ///   - time: The time of the end, in seconds since 1970; nil for now.
    /// - Returns: The trial: queued for the next attempt, or failed if it has had all of them. A failure is not
    ///   reported to the sampler yet (``reportFailures()``).
    /// - Throws: ``StudyError``; then nothing has changed.
    public func end(
        _ attempt: Attempt, _ end: AttemptEnd, at time: Double? = nil
    ) throws(StudyError) -> Trial {
        precondition(end.reason != .result, "an attempt with a result is finished")
        let trials = try commit { db in
            try attempt.end(end, at: time, in: db)
            let counted = try Int.fetchOne(
                db, sql: "SELECT sum(counts) FROM attempt WHERE trial = ?",
                arguments: [attempt.trial])
            if (counted ?? 0) < self.plan.attempts {
                return [
                    try self.step(attempt.trial, to: .queued(waitingFor: nil), in: db)
                ]
            }
            let reason =
                "\(counted ?? 0) attempts without a result, the last: \(end.reason.rawValue)"
            let failed = try self.step(
                attempt.trial, to: .ended(.failed(reason: reason)), in: db)
            return [failed] + (try self.promoteTwin(of: attempt.trial, in: db))
        }
        return trials[0]
    }

    /// Records the result of a trial, and reports it to the scheduler, with those of trials that waited for it.
    ///
    /// Below the highest rung the trial is paused.
    ///
    /// A model is told the mean Dice of the last half of the epochs instead of the best, as it varies less.
    ///
    /// - Parameters:
    ///   - attempt: The attempt with the result.
    ///   - end: The result.
    ///   - epochs: The epochs of the training.
    ///   - time: The time of the result, in seconds since 1970; nil for now.
    /// - Returns: All trials that ended or paused, this one first.
    /// - Throws: ``StudyError``; then nothing has changed.
    public func finish(
        _ attempt: Attempt, _ end: TrialEnd, epochs: [TrialEpoch] = [], at time: Double? = nil
    ) throws(StudyError) -> [Trial] {
        precondition(
            end.state == .completed || end.state == .outOfMemory, "no result: \(end.state)")
        return try commit { db in
            try attempt.end(AttemptEnd(.result, hasProgressed: true), at: time, in: db)
            let known = try Int.fetchOne(
                db, sql: "SELECT max(epoch) FROM epoch WHERE trial = ?", arguments: [attempt.trial])
            for epoch in epochs where epoch.epoch > known ?? 0 {
                try epoch.insert(into: db, trial: attempt.trial)
            }
            let status = self.status(after: end, of: attempt)
            var finished = try self.step(attempt.trial, to: status, in: db)
            // Failures that were not reported take the result too: it shows that the machine was to blame.
            let twins = try Trial.all(
                "(state = 'queued' AND waitsFor = ?) OR (state = 'failed' AND tellSerial IS NULL AND key = ?)",
                [attempt.trial, finished.trial.key.text], in: db)
            let value =
                self.plan.sampler.method == .model ? end.steadyValue(epochs) : end.value
            finished.value = value
            return [finished]
                + twins.map { twin in
                    var twin = twin
                    twin.status = .ended(.cached(from: attempt.trial, dice: end.dice))
                    return Step(trial: twin, value: value)
                }
        }
    }

    private func status(after end: TrialEnd, of attempt: Attempt) -> Trial.Status {
        guard case .completed(let dice) = end, let epochs = stage(of: attempt.trial),
            epochs < plan.rungs?.last ?? 0
        else { return .ended(end) }
        return .paused(dice: dice)
    }

    /// The epochs to which a trial is being trained; nil without rungs.
    public func stage(of trial: Int) -> Int? { scheduler.epochsInFlight(of: trial) }

    /// Trials that may be trained on, those of which most is expected first: by a model, else by their Dice.
    func paused() throws(StudyError) -> [Trial] {
        let trials = try database.read { db in try Trial.all("state = 'paused'", [], in: db) }
        let ranked = trials.map { TrainedNetwork($0.number, state: $0.state, dice: $0.dice) }
            .ranked(by: sampler.expectations(of: trials.map(\.number)))
        let places = Dictionary(
            uniqueKeysWithValues: ranked.enumerated().map { ($1.number, $0) })
        func place(_ trial: Trial) -> Int { places[trial.number] ?? .max }
        return trials.sorted { (place($0), $0.number) < (place($1), $1.number) }
    }

    /// Ends the trials that were not trained on when the budget was spent.
    ///
    /// The scheduler does not hear of it: with a larger budget they may be trained on.
    public func stopPaused() throws(StudyError) -> [Trial] {
        knownRanking = nil
        return try commit { db in
            try Trial.all("state = 'paused'", [], in: db).map { trial in
                var trial = trial
                trial.status = .ended(.stopped(dice: trial.dice ?? 0))
                return Step(trial: trial)
            }
        }
    }

    // MARK: - Failures

    /// Trials that failed since the last result of a worker, reported or not.
    public func failures() throws(StudyError) -> [Trial] {
        try database.read { db in
            try Trial.all(
                """
                state = 'failed' AND (tellSerial IS NULL OR endedAt > max(
                    (SELECT coalesce(max(endedAt), 0) FROM trial WHERE \(Self.isResult)),
                    (SELECT coalesce(max(endedAt), 0) FROM attempt WHERE reason = 'result')))
                """, [], in: db)
        }
    }

    /// True if any worker has published a result.
    public func hasResult() throws(StudyError) -> Bool {
        try database.read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT * FROM trial WHERE \(Self.isResult))
                        OR EXISTS (SELECT * FROM attempt WHERE reason = 'result')
                    """) ?? false
        }
    }

    private static let isResult =
        "(state = 'completed' OR (state = 'outOfMemory' AND shortage = 'real'))"

    /// Reports the failures so far to the sampler with value 10, once any result shows that not everything fails.
    public func reportFailures() throws(StudyError) -> [Trial] {
        try commit { db in
            try Trial.all("state = 'failed' AND tellSerial IS NULL", [], in: db).map {
                Step(trial: $0, value: worstValue)
            }
        }
    }

    /// Gives the failures so far all their attempts again, where the machine was to blame.
    public func requeueFailures() throws(StudyError) -> [Trial] {
        try commit { db in
            let training = try Trial.all(
                "state IN ('queued', 'running') AND waitsFor IS NULL", [], in: db)
            var leaders = Dictionary(uniqueKeysWithValues: training.map { ($0.key, $0.number) })
            return try Trial.all("state = 'failed' AND tellSerial IS NULL", [], in: db).map {
                trial in
                try db.execute(
                    sql: "UPDATE attempt SET counts = 0 WHERE trial = ?", arguments: [trial.number])
                var trial = trial
                trial.status = .queued(waitingFor: leaders[trial.key])
                if leaders[trial.key] == nil { leaders[trial.key] = trial.number }
                return Step(trial: trial)
            }
        }
    }

    /// Makes the first trial that waited for another the one that is trained.
    private func promoteTwin(of leader: Int, in db: Database) throws -> [Step] {
        let twins = try Trial.all("state = 'queued' AND waitsFor = ?", [leader], in: db)
        return twins.map { twin in
            var twin = twin
            twin.status = .queued(
                waitingFor: twin.number == twins[0].number ? nil : twins[0].number)
            return Step(trial: twin)
        }
    }

    /// The step of a trial to another status, if that is allowed.
    func step(_ number: Int, to status: Trial.Status, in db: Database) throws -> Step {
        var trial = try Trial.find(number, in: db)
        let isWaiting = if case .queued(.some) = trial.status { true } else { false }
        guard trial.tellSerial == nil, !isWaiting,
            trial.state.successors.contains(status.state)
        else {
            throw StudyError.transition(trial: number, from: trial.state, to: status.state)
        }
        trial.status = status
        return Step(trial: trial)
    }
}

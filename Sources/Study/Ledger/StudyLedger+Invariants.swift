internal import GRDB
internal import SegNASHost
internal import SegNASSearch

extension StudyLedger {
    /// Checks what must hold after a step and is quick to check; debug builds do so after each.
    func checkStep(_ changed: [Trial]) {
        precondition(
            counts.values.reduce(0, +) == sampler.askCount, "the sampler has asked for others")
        precondition(
            sampler.askCount == sampler.tellCount + sampler.inFlight.count, "proposals are lost")
        for trial in changed {
            precondition(
                (trial.tellSerial == nil) == (sampler.inFlight[trial.number] != nil),
                "trial \(trial.number) is reported, and in flight")
            precondition(
                trial.tellSerial != nil || !trial.state.isEnd || trial.state == .failed,
                "trial \(trial.number) has an end that was not reported")
        }
        // What cannot be read is a fault of the disk, which the next step reports.
        let rows = try? database.read { db in
            (
                reported: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM trial WHERE tellSerial IS NOT NULL"),
                open: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM attempt WHERE reason IS NULL")
            )
        }
        guard let rows else { return }
        precondition(rows.reported == sampler.tellCount, "the sampler has other values")
        precondition(
            rows.open == counts[.running, default: 0],
            "running is what has an attempt without an end")
    }

    /// Checks all that must hold after every step, by making the sampler again: for tests.
    func checkInvariants() throws {
        let (trials, open, violations, record) = try database.read { db in
            (
                try Trial.all("true", [], in: db),
                try Int.fetchAll(db, sql: "SELECT trial FROM attempt WHERE reason IS NULL"),
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count,
                try SamplerRecord(db)
            )
        }
        precondition(violations == 0, "references to trials that are not there")
        precondition(trials.map(\.number) == Array(trials.indices), "trials are missing")
        precondition(
            Dictionary(grouping: trials, by: \.state).mapValues(\.count) == counts,
            "states are counted wrongly")
        checkSampler(trials, record)
        checkKeys(trials)
        precondition(
            open.sorted() == trials.filter { $0.state == .running }.map(\.number),
            "running is what has an attempt without an end")
    }

    private func checkSampler(_ trials: [Trial], _ record: SamplerRecord) {
        precondition(trials.count == sampler.askCount, "the sampler has asked for others")
        precondition(record.values.count == sampler.tellCount, "the sampler has other values")
        let untold = trials.filter { $0.tellSerial == nil }.map(\.number)
        precondition(untold == sampler.inFlight.keys.sorted(), "others are in flight")
        precondition(
            trials.allSatisfy { $0.tellSerial != nil || !$0.state.isEnd || $0.state == .failed },
            "an end that was not reported")
        guard var replayed = try? plan.sampler.sampler(in: space) else { return }
        do {
            try replayed.replay(record)
        } catch {
            preconditionFailure("\(error)")
        }
        precondition(
            (try? JSONDocument.text(of: replayed, .line))
                == (try? JSONDocument.text(of: sampler, .line)),
            "the record does not lead to the sampler")
    }

    /// What has a key is trained once at a time, and not again after a result.
    private func checkKeys(_ trials: [Trial]) {
        for trial in trials {
            switch trial.status {
            case .queued(let leader?):
                let leader = trials[leader]
                precondition(
                    leader.key == trial.key
                        && (leader.status == .queued(waitingFor: nil) || leader.status == .running),
                    "trial \(trial.number) waits for one that is not trained")
            case .ended(.cached(let source, let dice)):
                let source = trials[source]
                precondition(
                    source.key == trial.key && source.end?.dice == dice
                        && (source.state == .completed || source.state == .outOfMemory),
                    "trial \(trial.number) took the result of another network")
            default: break
            }
        }
        let trained = trials.filter { trial in
            switch trial.status {
            case .queued(nil), .running, .ended(.completed): true
            case .ended(.outOfMemory(let shortage)): shortage.kind == .real
            default: false
            }
        }
        precondition(Set(trained.map(\.key)).count == trained.count, "a key is trained twice")
    }
}

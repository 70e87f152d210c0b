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
                isOpen(trial) == isInFlight(trial.number),
                "trial \(trial.number) is reported, and in flight")
            precondition(
                trial.tellSerial != nil || !trial.state.isEnd || trial.state == .failed
                    || trial.state == .stopped,
                "trial \(trial.number) has an end that was not reported")
        }
        let table = plan.rungs == nil ? "trial" : "stage"
        // What cannot be read is a fault of the disk, which the next step reports.
        let rows = try? database.read { db in
            (
                reported: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM \(table) WHERE tellSerial IS NOT NULL"),
                open: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM attempt WHERE reason IS NULL")
            )
        }
        guard let rows else { return }
        precondition(
            rows.reported == scheduler.reportCount, "the scheduler has other values")
        precondition(
            rows.open == counts[.running, default: 0],
            "running is what has an attempt without an end")
    }

    /// True if the scheduler waits for a trial's value.
    private func isOpen(_ trial: Trial) -> Bool {
        trial.tellSerial == nil && trial.state != .paused && trial.state != .stopped
    }

    private func isInFlight(_ number: Int) -> Bool {
        plan.rungs == nil ? sampler.inFlight[number] != nil : stage(of: number) != nil
    }

    /// Checks all that must hold after every step, by making the scheduler again: for tests.
    func checkInvariants() throws {
        let hasRungs = plan.rungs != nil
        let (trials, open, violations, record, stages) = try database.read { db in
            (
                try Trial.all("true", [], in: db),
                try Int.fetchAll(db, sql: "SELECT trial FROM attempt WHERE reason IS NULL"),
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count,
                try SchedulerRecord(db, hasRungs: hasRungs), try Stage.all(in: db)
            )
        }
        precondition(violations == 0, "references to trials that are not there")
        precondition(trials.map(\.number) == Array(trials.indices), "trials are missing")
        precondition(
            Dictionary(grouping: trials, by: \.state).mapValues(\.count) == counts,
            "states are counted wrongly")
        checkScheduler(trials, record)
        checkStages(stages, of: trials)
        checkKeys(trials, stages)
        precondition(
            open.sorted() == trials.filter { $0.state == .running }.map(\.number),
            "running is what has an attempt without an end")
    }

    private func checkScheduler(_ trials: [Trial], _ record: SchedulerRecord) {
        precondition(trials.count == sampler.askCount, "the sampler has asked for others")
        precondition(
            record.reports.count == scheduler.reportCount, "the scheduler has other values")
        precondition(
            trials.allSatisfy { isOpen($0) == isInFlight($0.number) }, "others are in flight")
        precondition(
            trials.allSatisfy {
                $0.tellSerial != nil || !$0.state.isEnd || $0.state == .failed
                    || $0.state == .stopped
            },
            "an end that was not reported")
        guard
            var replayed = try? plan.sampler.scheduler(
                in: space, rungs: plan.rungs, limit: plan.limit)
        else { return }
        do {
            try replayed.replay(record)
        } catch {
            preconditionFailure("\(error)")
        }
        precondition(
            (try? JSONDocument.text(of: replayed, .line))
                == (try? JSONDocument.text(of: scheduler, .line)),
            "the record does not lead to the scheduler")
    }

    /// Every trial of a ladder has stages, of which the last is open as long as it is trained.
    private func checkStages(_ stages: [Stage], of trials: [Trial]) {
        guard let rungs = plan.rungs else {
            precondition(stages.isEmpty, "stages without rungs")
            return
        }
        precondition(stages.map(\.orderSerial) == Array(stages.indices), "orders are missing")
        let byTrial = Dictionary(grouping: stages, by: \.trial)
        for trial in trials {
            let own = byTrial[trial.number] ?? []
            precondition(
                !own.isEmpty && own.map(\.epochs) == Array(rungs.prefix(own.count)),
                "trial \(trial.number) left out a rung")
            precondition(
                own.dropLast().allSatisfy { $0.report?.isTrained == true },
                "trial \(trial.number) went on without a value")
            precondition(
                (own.last?.report == nil) == isOpen(trial),
                "trial \(trial.number) has an open stage, and is not trained")
            if let serial = trial.tellSerial {
                precondition(serial == own.last?.report?.serial, "another value is the last")
            }
            if trial.state == .completed {
                precondition(own.count == rungs.count, "trial \(trial.number) ended too early")
            }
            if TrialState.ofLadders.contains(trial.state) {
                precondition(
                    own.count < rungs.count && own.last?.report?.dice == trial.dice,
                    "trial \(trial.number) has another Dice than its stage")
            }
        }
    }

    /// What has a key is trained once at a time, and not again after a result.
    private func checkKeys(_ trials: [Trial], _ stages: [Stage]) {
        let dices = Dictionary(grouping: stages, by: \.trial).mapValues { $0.map(\.report?.dice) }
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
                    source.key == trial.key
                        && (dices[source.number]?.first ?? source.end?.dice) == dice
                        && source.state != .cached && source.state != .illegal,
                    "trial \(trial.number) took the result of another network")
            default: break
            }
        }
        let trained = trials.filter { trial in
            switch trial.status {
            case .queued(nil), .running, .paused, .ended(.completed), .ended(.stopped): true
            case .ended(.outOfMemory(let shortage)): shortage.kind == .real
            default: false
            }
        }
        precondition(Set(trained.map(\.key)).count == trained.count, "a key is trained twice")
    }
}

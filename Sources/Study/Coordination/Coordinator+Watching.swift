internal import Glibc
internal import SegNASHost

extension Coordinator {
    /// Looks at one attempt: takes its result if it has one, else decides if it is waited for.
    func look(at trial: Int, now: Double) throws -> [Event] {
        guard var watch = watches[trial] else { return [] }
        let isAnswered = try adopt(&watch)
        // The state first: a job that is gone has written all that it will.
        let state = isAnswered ? state(of: watch) : .unreachable
        watch.look(
            in: folder(trial), rests: [.stopped, .waiting, .unreachable].contains(state), now: now)
        watches[trial] = watch
        let result = folder(trial).publishedResult()
        switch state {
        case .alive, .stopped:
            if let result, !launcher.sharesMachine { return try take(result, of: watch) }
            if result == nil {
                endIfNeeded(watch, now: now)
            } else {
                awaitEnd(watch, now: now)
            }
            return state == .stopped ? standstill(of: watch) : []
        case .waiting, .unreachable: return try result.map { try take($0, of: watch) } ?? []
        case .unknown where result == nil && !isOver(watch, now: now): return []
        case .gone(let exit): return try result.map { try take($0, of: watch) } ?? end(watch, exit)
        case .unknown:
            if let result { return try take(result, of: watch) }
            // It may be at work after all, or begin to: the next attempt is not to meet it.
            if case .launched(let job) = watch.attempt.state {
                launcher.cancel(job, in: folder(trial))
            }
            return try end(watch, nil)
        }
    }

    /// Reports a worker that was stopped, once: somebody may have forgotten it.
    private func standstill(of watch: AttemptWatch) -> [Event] {
        let trial = watch.attempt.trial
        guard watch.standstill > options.patience, !watch.isStandstillReported,
            watch.canceled == nil
        else { return [] }
        watches[trial]?.isStandstillReported = true
        return [.standsStill(trial: trial, process: watch.last?.process)]
    }

    /// Records the job of an attempt whose coordinator was killed before it could, and ends it if that was asked for.
    ///
    /// - Returns: False if the launcher cannot tell at present whether there is one.
    private func adopt(_ watch: inout AttemptWatch) throws -> Bool {
        guard watch.attempt.state == .submitting else { return true }
        let found: JobHandle?
        do {
            found = try launcher.find(watch.attempt, in: folder(watch.attempt.trial))
        } catch {
            return false
        }
        guard let job = found else { return true }
        uncertain.remove(watch.attempt.trial)
        if watch.canceled != nil { launcher.cancel(job, in: folder(watch.attempt.trial)) }
        watch.attempt = try ledger.launched(watch.attempt, as: job)
        return true
    }

    private func state(of watch: AttemptWatch) -> JobState {
        guard case .launched(let job) = watch.attempt.state else { return .unknown }
        return launcher.look(at: job, in: folder(watch.attempt.trial))
    }

    /// True if a job of unknown state is to be given up.
    private func isOver(_ watch: AttemptWatch, now: Double) -> Bool {
        watch.canceled != nil || now - watch.lastChange > options.silence
            || watch.hangs(now: now, options)
    }

    /// A worker that has published ends by itself; until then its slot and its memory are not free.
    private func awaitEnd(_ watch: AttemptWatch, now: Double) {
        let trial = watch.attempt.trial
        guard let seen = watch.resultSeen else {
            watches[trial]?.resultSeen = now
            return
        }
        if now - seen > options.patience { cancel(trial, .stopped, now: now) }
    }

    /// Ends an attempt that hangs, takes too long or was asked to end some time ago.
    private func endIfNeeded(_ watch: AttemptWatch, now: Double) {
        let trial = watch.attempt.trial
        if let canceled = watch.canceled {
            if now - canceled.time > patience { cancel(trial, canceled.reason, now: now) }
        } else if let timeout = options.trialTimeout, now - watch.begin > timeout {
            cancel(trial, .timedOut, now: now)
        } else if watch.hangs(now: now, options) {
            cancel(trial, .hung, now: now)
        }
    }

    func cancel(_ trial: Int, _ reason: AttemptEnd.Reason, now: Double) {
        watches[trial]?.canceled = (now, reason)
        guard case .launched(let job)? = watches[trial]?.attempt.state else { return }
        launcher.cancel(job, in: folder(trial))
    }

    // MARK: - Ends

    /// Takes a result that is already in the trial's folder, as after the loss of the database.
    func takePublished(_ request: TrialRequest, of attempt: Attempt) throws -> [Event]? {
        guard let watch = watches[attempt.trial],
            let result = TrialResult(of: request, in: folder(attempt.trial)), !result.isBadData
        else { return nil }
        return try take(result, of: watch)
    }

    private func take(_ result: TrialResult, of watch: AttemptWatch) throws -> [Event] {
        let end: TrialEnd
        switch result.outcome {
        case .completed(let dice): end = .completed(dice: dice)
        case .outOfMemory(let needed, let limit):
            end = .outOfMemory(
                MemoryShortage(.real, needed: ByteCount(needed), limit: ByteCount(limit)))
        case .badData(let message):
            // This is no result of the network: the next attempt makes another.
            unlink(folder(watch.attempt.trial).result)
            _ = try self.end(watch.attempt.trial, .badData, lastLines: message)
            throw CoordinatorError.badData(message)
        }
        forget(watch.attempt.trial)
        let ended = try ledger.finish(
            watch.attempt, end, epochs: result.epochs, at: watch.leftAt)
        // Something can be trained here, so earlier failures are those of their trials.
        return (ended + (try ledger.reportFailures())).map(Event.init(of:))
    }

    private func end(_ watch: AttemptWatch, _ exit: JobState.Exit?) throws -> [Event] {
        let trial = watch.attempt.trial
        if watch.canceled == nil, let shortage = try shortage(of: watch, exit) {
            forget(trial)
            let ended = try ledger.finish(
                watch.attempt, .outOfMemory(shortage), at: watch.leftAt)
            return (ended + (try ledger.reportFailures())).map(Event.ended)
        }
        let reason = watch.canceled?.reason ?? reason(of: watch, exit)
        let lines = lastLines(of: watch)
        let event = try end(trial, reason, lastLines: lines)
        // A queue tells how jobs ended before the search was begun again: there may be room now.
        guard !watch.isAdopted else { return [event] }
        switch reason {
        case .diskFull: throw CoordinatorError.diskFull(lastLines: lines)
        case .otherVersion: throw CoordinatorError.otherVersion(lastLines: lines)
        default: return [event]
        }
    }

    /// The reason why a worker ended that this coordinator did not end.
    private func reason(of watch: AttemptWatch, _ exit: JobState.Exit?) -> AttemptEnd.Reason {
        if watch.attempt.state == .submitting, watch.last == nil { return .lost }
        switch exit {
        case .timeLimit: return .timeLimit
        case .code(WorkerExit.diskFull): return .diskFull
        case .code(WorkerExit.otherVersion): return .otherVersion
        default: break
        }
        // A job of another machine, or of this one before it was restarted, which ended its worker.
        let isOfOtherTime = state(of: watch) == .unknown
        let isBlameless = exit?.isBlameless ?? watch.last?.wasAsked ?? false
        return isBlameless || isOfOtherTime ? .preempted : .crashed
    }

    func end(_ trial: Int, _ reason: AttemptEnd.Reason, lastLines: String) throws -> Event {
        guard let watch = watches[trial] else {
            preconditionFailure("trial \(trial) is not watched")
        }
        let end = AttemptEnd(
            reason, hasProgressed: watch.hasProgressed, lastLines: lastLines)
        forget(trial)
        _ = try ledger.end(watch.attempt, end, at: watch.leftAt)
        return .attemptEnded(trial: trial, end)
    }

    private func forget(_ trial: Int) {
        watches[trial] = nil
        uncertain.remove(trial)
    }

    /// The shortage of memory that killed a worker: the system uses signal 9 and counts such kills, or the last
    /// heartbeat shows it.
    private func shortage(of watch: AttemptWatch, _ exit: JobState.Exit?) throws -> MemoryShortage?
    {
        let memory = watch.last?.residentMemory ?? 0
        let limit = options.memoryLimit ?? .max
        if exit == .outOfMemory {
            // A first job has the memory that is predicted, later ones all there may be.
            guard watch.attempt.number > 1 else { return nil }
            return MemoryShortage(.real, needed: ByteCount(memory), limit: ByteCount(limit))
        }
        guard exit == .signal(9), launcher.sharesMachine else { return nil }
        let kills = memoryKills() ?? 0
        let isCounted = kills > watch.memoryKills
        guard isCounted || Double(memory) >= 0.95 * Double(limit) else { return nil }
        // One kill explains one death: it must not explain those of other attempts.
        for (trial, other) in watches where isCounted && other.memoryKills < kills {
            watches[trial]?.memoryKills += 1
        }
        // The last heartbeat may be from before the first step: the prediction is the better guess then.
        let predicted = try ledger.trial(watch.attempt.trial).cost?.memory?.bytes ?? 0
        return MemoryShortage(
            .real, needed: ByteCount(max(memory, predicted)),
            limit: ByteCount(min(limit, HostResources.current().memory.bytes)))
    }

    /// The end of what the worker of an attempt has written.
    private func lastLines(of watch: AttemptWatch) -> String {
        folder(watch.attempt.trial).lastLines(from: watch.logStart)
    }
}

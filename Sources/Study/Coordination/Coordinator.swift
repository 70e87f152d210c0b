internal import FoundationEssentials
internal import Glibc
public import SegNASHost
public import SegNASSearch

/// Carries a study on: asks for trials, has them trained, and records what comes of them.
///
/// It goes by small steps on a clock that it is given, and keeps nothing that the study's files do not tell: whatever
/// ends it, another one goes on.
public final class Coordinator {
    public let ledger: StudyLedger
    public let options: CoordinatorOptions
    let launcher: any Launcher
    private let judge: (Candidate) -> Verdict
    let memoryKills: () -> Int?
    var watches: [Int: AttemptWatch] = [:]

    /// What has happened in a step.
    public enum Event: Hashable, Sendable {
        case started(Attempt)
        /// A trial has ended, trained or not; failures when they are told.
        case ended(Trial)
        case attemptEnded(trial: Int, AttemptEnd)
        /// The worker of a trial was stopped, and is waited for; its number, where it has told.
        case standsStill(trial: Int, process: Int32?)

        fileprivate var isEnd: Bool { if case .ended = self { true } else { false } }
    }

    /// Takes up a study, and watches the workers that an earlier coordinator has left.
    ///
    /// - Parameters:
    ///   - ledger: Of the study.
    ///   - launcher: Where workers are started.
    ///   - options: How they are treated.
    ///   - judge: Looks at a candidate before it is trained.
    ///   - memoryKills: How many processes the system has killed for want of memory.
    ///   - now: Seconds on the clock that steps are given.
    /// - Throws: ``StudyError`` where the study cannot be read.
    public init(
        _ ledger: StudyLedger, launcher: any Launcher, options: CoordinatorOptions,
        judge: @escaping (Candidate) -> Verdict,
        memoryKills: @escaping () -> Int? = { HostResources.memoryKills() }, now: Double
    ) throws(StudyError) {
        self.ledger = ledger
        self.launcher = launcher
        self.options = options
        self.judge = judge
        self.memoryKills = memoryKills
        // Workers outlive a coordinator that was killed: they are watched again.
        for attempt in try ledger.openAttempts() {
            watch(attempt, now: now)
        }
    }

    /// Looks after all workers and starts new ones.
    ///
    /// - Parameter now: Seconds on a clock that never goes back.
    /// - Returns: What has happened; nil when the budget is spent and all trials have ended.
    /// - Throws: ``StudyError`` or ``CoordinatorError``: the search stops, and can go on later.
    public func step(now: Double) throws -> [Event]? {
        var events: [Event] = []
        for trial in watches.keys.sorted() { events += try look(at: trial, now: now) }
        try checkFailures(most: options.mostFailures)
        events += try fillSlots(now: now)
        let isIdle = watches.isEmpty && events.isEmpty
        guard isIdle else { return events }
        // Nothing runs and nothing more is proposed: failures that were held back are told at last, if it is known that
        // something can be trained here.
        if try !ledger.hasResult() { try checkFailures(most: 1) }
        let told = try ledger.tellFailures().map(Event.ended)
        return told.isEmpty ? nil : told
    }

    /// Asks all workers to end, as when the user stops the search; call ``stopped(now:)`` until it says so.
    public func stop(now: Double) {
        for trial in watches.keys { cancel(trial, .stopped, now: now) }
    }

    /// Seconds in which a worker that was asked to end should have: a batch may take long.
    public var patience: Double {
        watches.values.reduce(options.patience) { max($0, 2 * ($1.secondsPerStep ?? 0)) }
    }

    /// Whether all workers have ended after ``stop(now:)``; their trials go on when the study is opened again.
    public func stopped(now: Double) throws -> Bool {
        for trial in watches.keys.sorted() { _ = try look(at: trial, now: now) }
        return watches.isEmpty
    }

    private func watch(_ attempt: Attempt, now: Double) {
        watches[attempt.trial] = AttemptWatch(
            attempt, in: folder(attempt.trial), memoryKills: memoryKills() ?? 0, now: now)
    }

    func folder(_ trial: Int) -> TrialFolder { TrialFolder(ledger.folder.trial(trial)) }

    // MARK: - Starting

    private func fillSlots(now: Double) throws -> [Event] {
        var events: [Event] = []
        var asks = 0
        while let slot = freeSlot, asks < options.mostAsks {
            if let trial = try ledger.waiting().first {
                let begun = try start(trial, slot: slot, now: now)
                events += begun
                guard watches[trial.number] != nil || begun.contains(where: \.isEnd) else { break }
                continue
            }
            guard let trial = try ledger.ask(judge) else { break }
            asks += 1
            if trial.state.isEnd { events.append(.ended(trial)) }
        }
        return events
    }

    /// Workers that an earlier coordinator has left may have slots of their own.
    private var freeSlot: String? {
        guard watches.count < options.slots.count else { return nil }
        let taken = watches.values.map(\.attempt.slot)
        return options.slots.first { !taken.contains($0) }
    }

    /// The request first, then the intent, then the job, then its handle: whatever is interrupted can be found again.
    private func start(_ trial: Trial, slot: String, now: Double) throws -> [Event] {
        let folder = folder(trial.number)
        var request = TrialRequest(trial, of: ledger.plan)
        do {
            if let old = TrialRequest(in: folder) {
                if old.asksSame(as: request) {
                    // As it stands, for results name it by its digest.
                    request = old
                } else {
                    // After a backup was restored, another network may have had this number.
                    try FileManager.default.removeItem(atPath: folder.path)
                }
            }
            try FileSystem.makeFolder(folder.path)
            try request.write(in: folder)
        } catch let failure as SystemFailure where failure.isFullDisk {
            throw StudyError.diskFull(file: folder.request)
        } catch {
            throw StudyError.file(folder.request, reason: "cannot be written: \(error)")
        }
        var attempt = try ledger.begin(trial.number, slot: slot)
        let order = LaunchOrder(
            study: ledger.folder, trial: trial.number, attempt: attempt.number, slot: slot)
        watch(attempt, now: now)
        if let known = try takeKnown(request, of: attempt) { return known }
        do {
            let job = try launcher.launch(order)
            // Known here before it is in the book, so that it can be ended if that cannot be written.
            watches[trial.number]?.attempt.state = .launched(job)
            attempt = try ledger.launched(attempt, as: job)
        } catch let error as StudyError {
            throw error
        } catch {
            return [try end(trial.number, .notLaunched, lastLines: "\(error)")]
        }
        return [.started(attempt)]
    }

    // MARK: - Failures

    /// Many failures in a row are the machine's.
    private func checkFailures(most: Int) throws {
        let failures = try ledger.failures()
        // Trials with one key are of one network. Those that were told are not new.
        guard Set(failures.map(\.key)).count >= most,
            failures.contains(where: { $0.tellSerial == nil })
        else { return }
        let last = try ledger.attempts(of: failures[failures.count - 1].number).last
        var lines = ""
        if case .ended(let end)? = last?.state { lines = end.lastLines }
        _ = try ledger.requeueFailures()
        throw CoordinatorError.everythingFails(
            trials: failures.map(\.number), lastLines: lines)
    }
}

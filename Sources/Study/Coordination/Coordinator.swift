internal import FoundationEssentials
internal import Glibc
public import SegNASHost
public import SegNASSearch

/// Runs a study: asks for trials, has workers train them, and records the results.
///
/// It advances in small steps on a clock that it is given, and has no state that is not in the study's files: after
/// any interruption another one resumes the study.
public final class Coordinator {
    public let ledger: StudyLedger
    public let options: CoordinatorOptions
    let launcher: any Launcher
    private let check: (Candidate) -> Feasibility
    let memoryKills: () -> Int?
    var watches: [Int: AttemptWatch] = [:]
    /// The trials whose workers may or may not have been started; nothing else is, until that is known.
    var uncertain: Set<Int> = []

    /// An event of a step.
    public enum Event: Hashable, Sendable {
        case started(Attempt)
        /// A trial has ended, trained or not; failures once they are reported to the sampler.
        case ended(Trial)
        /// A trial was trained to a rung below the highest.
        case paused(Trial)
        case attemptEnded(trial: Int, AttemptEnd)
        /// The worker of a trial was stopped, and is waited for; its process, if a heartbeat names it.
        case standsStill(trial: Int, process: Int32?)

        fileprivate var isEnd: Bool {
            switch self {
            case .ended, .paused: true
            default: false
            }
        }

        /// The event of a trial that has a result now.
        init(of trial: Trial) {
            self = trial.state == .paused ? .paused(trial) : .ended(trial)
        }
    }

    /// Resumes a study, and watches the workers that an earlier coordinator has left.
    ///
    /// - Parameters:
    ///   - ledger: The study's record.
    ///   - launcher: Starts the workers.
    ///   - options: Slots, timeouts and limits.
    ///   - check: Checks the feasibility of a candidate before it is trained.
    ///   - memoryKills: The number of processes that the system has killed for lack of memory.
    ///   - now: Seconds on the clock that steps are given.
    /// - Throws: ``StudyError`` if the study cannot be read.
    public init(
        _ ledger: StudyLedger, launcher: any Launcher, options: CoordinatorOptions,
        check: @escaping (Candidate) -> Feasibility,
        memoryKills: @escaping () -> Int? = { HostResources.memoryKills() }, now: Double
    ) throws(StudyError) {
        self.ledger = ledger
        self.launcher = launcher
        self.options = options
        self.check = check
        self.memoryKills = memoryKills
        // Workers outlive a coordinator that was killed: they are watched again.
        for attempt in try ledger.openAttempts() {
            watch(attempt, isAdopted: true, now: now)
        }
    }

    /// Looks after all workers and starts new ones.
    ///
    /// - Parameter now: Seconds on a clock that never goes back.
    /// - Returns: What has happened; nil when the budget is spent and all trials have ended.
    /// - Throws: ``StudyError`` or ``CoordinatorError``: the search stops, and can go on later.
    public func step(now: Double) throws -> [Event]? {
        var events: [Event] = []
        for trial in watches.keys.sorted() where isDue(trial, now: now) {
            events += try look(at: trial, now: now)
        }
        try checkFailures(max: options.maxFailures)
        events += try fillSlots(now: now)
        let isIdle = watches.isEmpty && events.isEmpty
        guard isIdle else { return events }
        // Nothing runs and nothing more is proposed: failures that were held back are reported now, if any trial has
        // shown that something can be trained here.
        if try !ledger.hasResult() { try checkFailures(max: 1) }
        let failures = try ledger.reportFailures().map(Event.ended)
        guard failures.isEmpty else { return failures }
        let stopped = try ledger.stopPaused().map(Event.ended)
        guard stopped.isEmpty else { return stopped }
        launcher.cancelWaiting()
        return nil
    }

    /// True if a worker is to be looked at: with many workers each is looked at less often, so that all together cost
    /// little time.
    private func isDue(_ trial: Int, now: Double) -> Bool {
        guard let watch = watches[trial] else { return false }
        let interval = max(
            options.lookInterval, Double(watches.count - Self.fewWorkers) * Self.secondsPerLook)
        return now - watch.lastLook >= interval
    }

    private static let (fewWorkers, secondsPerLook) = (20, 0.01)

    /// Asks all workers to end, as when the user stops the search; call ``stopped(now:)`` until it is true.
    public func stop(now: Double) {
        for trial in watches.keys { cancel(trial, .stopped, now: now) }
    }

    /// Seconds within which a worker that was asked to end should have ended: a batch may take long.
    public var patience: Double {
        watches.values.reduce(options.patience) { max($0, 2 * ($1.secondsPerStep ?? 0)) }
    }

    /// True when all workers have ended after ``stop(now:)``; their trials resume when the study is opened again.
    public func stopped(now: Double) throws -> Bool {
        for trial in watches.keys.sorted() { _ = try look(at: trial, now: now) }
        return watches.isEmpty
    }

    private func watch(_ attempt: Attempt, isAdopted: Bool = false, now: Double) {
        watches[attempt.trial] = AttemptWatch(
            attempt, isAdopted: isAdopted, in: folder(attempt.trial),
            memoryKills: memoryKills() ?? 0, now: now)
    }

    func folder(_ trial: Int) -> TrialFolder {
        TrialFolder(ledger.folder.trial(trial), stage: ledger.stage(of: trial))
    }

    // MARK: - Starting

    private func fillSlots(now: Double) throws -> [Event] {
        var events: [Event] = []
        var (asks, starts) = (0, 0)
        while uncertain.isEmpty, let slot = freeSlot, asks < options.maxAsks,
            starts < options.maxStarts
        {
            if let trial = try ledger.waiting().first {
                starts += 1
                let begun = try start(trial, slot: slot, now: now)
                events += begun
                guard watches[trial.number] != nil || begun.contains(where: \.isEnd) else { break }
                continue
            }
            guard let trial = try ledger.ask(check) else { break }
            asks += 1
            if trial.state.isEnd { events.append(.ended(trial)) }
        }
        return events
    }

    /// A slot in which no worker runs; workers that an earlier coordinator has left may have other slots than these.
    private var freeSlot: String? {
        guard watches.count < options.slots.count else { return nil }
        let taken = Set(watches.values.map(\.attempt.slot))
        return options.slots.first { !taken.contains($0) }
    }

    /// Starts a worker for a trial.
    ///
    /// First the request is written, then the intent, then the job started, then its handle recorded: after any
    /// interruption it can be found again.
    private func start(_ trial: Trial, slot: String, now: Double) throws -> [Event] {
        let folder = folder(trial.number)
        var request = TrialRequest(trial, of: ledger.plan, stage: folder.stage)
        do {
            if let old = TrialRequest(in: folder) {
                if old.asksSame(as: request) {
                    // Kept as it is: results name it by its digest.
                    request = old
                } else {
                    // After a backup was restored, another network may have had this number.
                    try FileManager.default.removeItem(atPath: folder.path)
                }
            }
            try FileSystem.makeFolder(folder.exchange)
            try request.write(in: folder)
        } catch let failure as SystemFailure where failure.isFullDisk {
            throw StudyError.diskFull(file: folder.request)
        } catch {
            throw StudyError.file(folder.request, reason: "cannot be written: \(error)")
        }
        var attempt = try ledger.begin(trial.number, slot: slot)
        var order = LaunchOrder(
            study: ledger.folder, trial: trial.number, attempt: attempt.number, slot: slot,
            stage: folder.stage)
        order.memory = trial.cost?.memory
        order.seconds = try ledger.likelySeconds(of: trial)
        watch(attempt, now: now)
        if let events = try takePublished(request, of: attempt) { return events }
        do {
            let job = try launcher.launch(order)
            // Noted here before it is recorded, so that it can be ended if that fails.
            watches[trial.number]?.attempt.state = .launched(job)
            attempt = try ledger.launched(attempt, as: job)
        } catch let error as StudyError {
            throw error
        } catch is UncertainLaunch {
            // Its job is looked for; if there is none, the attempt is lost, and does not count.
            uncertain.insert(trial.number)
            return []
        } catch {
            return [try end(trial.number, .notLaunched, lastLines: "\(error)")]
        }
        return [.started(attempt)]
    }

    // MARK: - Failures

    /// Stops the search after many failures in a row, as they are probably the machine's.
    private func checkFailures(max: Int) throws {
        let failures = try ledger.failures()
        // Trials with one key are of one network. Those that were reported are not new.
        guard Set(failures.map(\.key)).count >= max,
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

/// The slots, timeouts and limits of a coordinator's workers; all times in seconds.
public struct CoordinatorOptions: Hashable, Sendable {
    /// The places in which workers compute, one at a time in each.
    public var slots = ["cpu/0"]
    /// The time after which a trial's attempt is ended; nil for never.
    public var trialTimeout: Double?
    /// The time without a change of the heartbeat after which a worker of unknown state is given up.
    public var silence = 3 * Heartbeat.interval
    /// The time without a step after which a worker hangs; it includes reading the prepared images.
    public var minHangTimeout = 300.0
    /// The same as a multiple of the mean duration of a step, if that is longer.
    public var hangSteps = 20.0
    /// The time after which a job that was asked to end is killed.
    public var patience = 10.0
    /// The most proposals in one step: those that need no training must not keep a search from hearing the user.
    public var maxAsks = 100
    /// The most workers that are started in one step: on a cluster each takes a moment, in which no other is looked at.
    public var maxStarts = 20
    /// The number of different trials that fail in a row before the machine is blamed.
    public var maxFailures = 3
    /// The time between two looks at a worker, at least.
    public var lookInterval = 0.0
    /// Bytes that a worker may use; nil for no limit.
    public var memoryLimit: UInt64?

    public init() {}

    /// Waits longer for signs of life: a network file system may show a change a minute late, and a queue what has
    /// become of a job.
    public mutating func suitCluster() {
        silence += 120
        patience = 30
        lookInterval = 1
    }
}

/// A reason why a search stops before its budget is spent.
public enum CoordinatorError: Error, Equatable, Sendable {
    /// Several trials failed one after the other; the last lines of their workers.
    case everythingFails(trials: [Int], lastLines: String)
    /// A worker could not write its checkpoint; its last lines.
    case diskFull(lastLines: String)
    /// A worker's program was of another version than this one; its last lines, which name both.
    case otherVersion(lastLines: String)
    /// A worker reported that the images cannot be trained with.
    case badData(String)
}

extension CoordinatorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .everythingFails(let trials, let lines):
            """
            trials \(trials.map(String.init).joined(separator: ", ")) failed one after the other, which says more \
            about this machine than about their networks: look at the last lines below, fix what they name, and run \
            the same command to resume
            \(lines)
            """
        case .diskFull(let lines):
            "the disk is full: free some space, and run the same command to resume\n\(lines)"
        case .otherVersion(let lines):
            "jobs run another version of segnas3d than this search: install one for all, and run the same command "
                + "to resume\n\(lines)"
        case .badData(let message): message
        }
    }
}

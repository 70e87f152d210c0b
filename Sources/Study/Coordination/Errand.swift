internal import FoundationEssentials
public import SegNASHost

/// A piece of work that is no trial, such as a final training, which jobs of a launcher do, one after the other.
///
/// Its folder is like that of a trial: jobs leave a log and heartbeats there, and in the end a result, which alone says
/// that the work is done. A job outlives a coordinator that is killed, and is found again.
public final class Errand {
    private let folder: TrialFolder
    private let launcher: any Launcher
    private let options: CoordinatorOptions
    private let maxFailures: Int
    private let order: LaunchOrder
    private var watch: AttemptWatch?
    private var lastAttempt = 0
    private var failures = 0

    /// Begins the work, or goes on with it.
    ///
    /// - Parameters:
    ///   - order: What the launcher is to start; of attempts it names the first.
    ///   - launcher: Starts the jobs.
    ///   - options: Times of silence and patience.
    ///   - attempts: Jobs that may end without a result or a checkpoint before the work is given up.
    ///   - now: Seconds on the clock that steps are given.
    /// - Throws: ``StudyError`` if the folder cannot be made.
    public init(
        _ order: LaunchOrder, launcher: any Launcher, options: CoordinatorOptions, attempts: Int,
        now: Double
    ) throws(StudyError) {
        self.order = order
        self.launcher = launcher
        self.options = options
        maxFailures = attempts
        folder = order.folder
        guard let record = try? JSONDocument.read(Record.self, from: file, schema: 1...1) else {
            return
        }
        lastAttempt = record.attempt
        if record.isOpen {
            watch = watch(attempt: record.attempt, job: record.job, isAdopted: true, now: now)
        }
    }

    /// The last job, as a file: an intent before it is started, its handle afterwards.
    private struct Record: Codable {
        var schema = 1
        var attempt: Int
        var job: JobHandle?
        var isOpen = true
    }

    private var file: String { "\(folder.path)/job.json" }

    private func write(_ record: Record) throws(StudyError) {
        do {
            try JSONDocument.write(record, to: file, .line)
        } catch let failure as SystemFailure where failure.isFullDisk {
            throw .diskFull(file: file)
        } catch {
            throw .file(file, reason: "cannot be written: \(error)")
        }
    }

    private func watch(
        attempt: Int, job: JobHandle?, isAdopted: Bool = false, now: Double
    ) -> AttemptWatch {
        AttemptWatch(
            Attempt(
                trial: order.trial, number: attempt,
                state: job.map { .launched($0) } ?? .submitting, slot: order.slot),
            isAdopted: isAdopted, in: folder, memoryKills: 0, now: now)
    }

    // MARK: - Steps

    /// Looks after the job, and starts another one where it has ended too early.
    ///
    /// - Parameter now: Seconds on a clock that never goes back.
    /// - Returns: The result, once there is one.
    /// - Throws: ``StudyError``, ``CoordinatorError`` or ``ErrandError``: the work stops, and can go on later.
    public func step(now: Double) throws -> ErrandResult? {
        // The state first: a job that is gone has written all that it will.
        let state = try state()
        watch?.look(
            in: folder, rests: [.stopped, .waiting, .unreachable].contains(state), now: now)
        if let result = ErrandResult(in: folder) { return result }
        guard let watch else {
            try launch(now: now)
            return nil
        }
        switch state {
        case .waiting, .unreachable, .stopped: break
        case .alive: if watch.hangs(now: now, options) { cancel(now: now, as: .hung) }
        case .unknown where !isOver(watch, now: now): break
        case .unknown:
            // It may be at work after all, or begin to.
            cancel(now: now, as: .preempted)
            try end(watch, .preempted)
        case .gone(let exit): try end(watch, watch.canceled?.reason ?? reason(exit, watch))
        }
        return nil
    }

    /// Asks the job to end, and ends it if it was asked before; call ``stopped(now:)`` until it is true.
    public func stop(now: Double) { cancel(now: now, as: .stopped) }

    /// True when the job has ended.
    public func stopped(now: Double) throws -> Bool {
        guard let watch else { return true }
        if case .gone = try state() {
            try end(watch, .stopped)
            return true
        }
        return ErrandResult(in: folder) != nil
    }

    private func launch(now: Double) throws {
        var order = order
        order.attempt = lastAttempt + 1
        lastAttempt += 1
        try write(Record(attempt: order.attempt))
        watch = watch(attempt: order.attempt, job: nil, now: now)
        do {
            let job = try launcher.launch(order)
            watch?.attempt.state = .launched(job)
            try write(Record(attempt: order.attempt, job: job))
        } catch is UncertainLaunch {
            // Its job is looked for.
        }
    }

    /// The state of the job; a submission that may have failed is unknown until it is found.
    private func state() throws(StudyError) -> JobState {
        guard let attempt = watch?.attempt else { return .gone(nil) }
        if case .launched(let job) = attempt.state { return launcher.look(at: job, in: folder) }
        let found: JobHandle?
        do {
            found = try launcher.find(attempt, in: folder)
        } catch {
            return .unreachable
        }
        guard let job = found else { return .unknown }
        watch?.attempt.state = .launched(job)
        if watch?.canceled != nil { launcher.cancel(job, in: folder) }
        try write(Record(attempt: attempt.number, job: job))
        return launcher.look(at: job, in: folder)
    }

    private func isOver(_ watch: AttemptWatch, now: Double) -> Bool {
        watch.canceled != nil || now - watch.lastChange > options.silence
            || watch.hangs(now: now, options)
    }

    private func cancel(now: Double, as reason: AttemptEnd.Reason) {
        if let canceled = watch?.canceled, now - canceled.time <= options.patience { return }
        watch?.canceled = (now, reason)
        guard case .launched(let job)? = watch?.attempt.state else { return }
        launcher.cancel(job, in: folder)
    }

    private func reason(_ exit: JobState.Exit?, _ watch: AttemptWatch) -> AttemptEnd.Reason {
        switch exit {
        case .timeLimit: .timeLimit
        case .code(WorkerExit.diskFull): .diskFull
        case .code(WorkerExit.otherVersion): .otherVersion
        case let exit?: exit.isBlameless ? .preempted : .crashed
        case nil: watch.last?.wasAsked == true ? .preempted : .crashed
        }
    }

    private func end(_ watch: AttemptWatch, _ reason: AttemptEnd.Reason) throws {
        try write(Record(attempt: watch.attempt.number, isOpen: false))
        self.watch = nil
        let lines = folder.lastLines(from: watch.logStart)
        if !watch.isAdopted {
            if reason == .diskFull { throw CoordinatorError.diskFull(lastLines: lines) }
            if reason == .otherVersion { throw CoordinatorError.otherVersion(lastLines: lines) }
        }
        let end = AttemptEnd(reason, hasProgressed: watch.hasProgressed)
        failures = end.counts ? failures + 1 : 0
        guard failures < maxFailures else {
            throw ErrandError(attempts: failures, log: folder.log, lastLines: lines)
        }
    }
}

/// The result of an errand, which its job has published.
public struct ErrandResult: Codable, Sendable {
    private(set) var schema = 1
    /// Why the network cannot be trained, which another job would find too; nil if the work is done.
    public var failure: String?

    public init(failure: String? = nil) {
        self.failure = failure
    }

    /// Reads the result in a folder; nil if there is none.
    public init?(in folder: TrialFolder) {
        guard let result = try? JSONDocument.read(Self.self, from: folder.result, schema: 1...1)
        else { return nil }
        self = result
    }

    /// Publishes the result; the first one stays.
    public func publish(in folder: TrialFolder) throws {
        do {
            try JSONDocument.write(self, to: folder.result, .line, replacing: false)
        } catch let failure as SystemFailure where failure.isExistingFile {}
    }
}

/// Jobs that end again and again without a result.
public struct ErrandError: Error, CustomStringConvertible {
    var attempts: Int
    var log: String
    var lastLines: String

    public var description: String {
        """
        \(attempts) jobs in a row have ended without a result: look at the last lines of \(log) below, fix what they \
        name, and run the same command to resume
        \(lastLines)
        """
    }
}

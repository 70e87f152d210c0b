internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy

/// The clock that ends a search: on request of the user or the system, or when its time is over.
struct SearchClock {
    private let begin = AwakeClock.seconds
    /// Seconds; nil for no limit.
    private let limit: Double?
    private let isInterrupted: () -> Bool
    /// The job of a cluster in which the search runs, whose trainings are jobs, too; nil without one.
    private let ownJob: OwnSlurmJob?

    init(limit: Double?, ownJob: OwnSlurmJob? = nil, isInterrupted: @escaping () -> Bool) {
        self.limit = limit
        self.ownJob = ownJob
        self.isInterrupted = isInterrupted
    }

    /// The clock of a search or comparison with these conditions.
    init(_ conditions: TrainingConditions, limit: Double?, _ monitor: Monitor) {
        self.init(
            limit: limit, ownJob: conditions.workers.slurm == nil ? nil : OwnSlurmJob(),
            isInterrupted: monitor.isEndRequested)
    }

    /// Seconds since the search began, on a clock that stops while the machine sleeps or this process is stopped.
    var now: Double { AwakeClock.seconds - begin }

    /// The reason to end; nil as long as there is none.
    var end: SearchInterruption.Reason? {
        if let ownJob, ownJob.nearsEnd { return .handedOver }
        if isInterrupted() { return .interrupted }
        return limit.map { now >= $0 } == true ? .timeLimit : nil
    }

    func check(study: String) throws(SearchInterruption) {
        if let end { throw SearchInterruption(study: study, reason: end) }
    }

    /// Runs a training that asks for ``end``, and names the reason, which a training does not know, if it was ended.
    func run<Result>(study: String, _ training: () throws -> Result) throws -> Result {
        do {
            return try training()
        } catch let error as TrainingError {
            if case .interrupted = error { try check(study: study) }
            throw error
        }
    }
}

/// The end of a search on request, before its budget was spent.
public struct SearchInterruption: Error, CustomStringConvertible {
    public enum Reason: Sendable {
        case interrupted, timeLimit
        /// The time of its job is nearly over: the jobs of its trainings go on, and its own is to be run again.
        case handedOver
    }

    public var study: String
    public var reason: Reason

    public var description: String {
        switch reason {
        case .interrupted: "\(study) is interrupted: run the same command to resume"
        case .handedOver:
            "\(study) goes on when its job runs again, and the jobs of its trainings until then"
        case .timeLimit: "\(study) has reached its time limit: run the same command to resume"
        }
    }
}

extension Coordinator {
    /// Opens a study only to end the workers that another coordinator has left.
    convenience init(
        stopping ledger: StudyLedger, launcher: any Launcher
    ) throws(StudyError) {
        try self.init(
            ledger, launcher: launcher, options: CoordinatorOptions(),
            check: { _ in .train(nil) }, now: 0)
    }

    /// Ends all workers so that they can be resumed, and kills those that do not end in time.
    ///
    /// Those of a search that is handed over to another process go on.
    func endWorkers(by clock: SearchClock) {
        guard clock.end != .handedOver else { return }
        stop(now: clock.now)
        if waitForEnds(clock, seconds: patience) { return }
        // A second time is the last.
        stop(now: clock.now)
        _ = waitForEnds(clock, seconds: 30)
    }

    /// True if all have ended within some seconds; errors are ignored, as the database may be what cannot be written.
    private func waitForEnds(_ clock: SearchClock, seconds: Double) -> Bool {
        let last = clock.now + seconds
        while clock.now < last {
            if (try? stopped(now: clock.now)) == true { return true }
            usleep(50_000)
        }
        return false
    }
}

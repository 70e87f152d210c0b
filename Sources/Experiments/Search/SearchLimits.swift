internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// When a search has to end: when the user or the system says so, or when its time is over.
struct SearchClock {
    private let begin = AwakeClock.seconds
    /// Seconds; nil for as long as it takes.
    private let limit: Double?
    private let isInterrupted: () -> Bool

    init(limit: Double?, isInterrupted: @escaping () -> Bool) {
        self.limit = limit
        self.isInterrupted = isInterrupted
    }

    /// Seconds since the search began, on a clock that stands still while the machine sleeps or this process is stopped.
    var now: Double { AwakeClock.seconds - begin }

    /// Why it has to end; nil while it has not.
    var end: SearchEnd.Reason? {
        if isInterrupted() { return .interrupted }
        return limit.map { now >= $0 } == true ? .timeLimit : nil
    }

    func check(study: String) throws(SearchEnd) {
        if let end { throw SearchEnd(study: study, reason: end) }
    }
}

/// Why a search ended before its budget was spent, where that was asked for.
public struct SearchEnd: Error, CustomStringConvertible {
    public enum Reason: Sendable {
        case interrupted, timeLimit
    }

    public var study: String
    public var reason: Reason

    public var description: String {
        switch reason {
        case .interrupted: "\(study) is interrupted: run the same command to resume"
        case .timeLimit: "\(study) has had its time: run the same command to go on"
        }
    }
}

extension Coordinator {
    /// Takes up a study only to end the workers that another coordinator has left.
    convenience init(stopping ledger: StudyLedger) throws(StudyError) {
        try self.init(
            ledger, launcher: LocalLauncher { _ in [] }, options: CoordinatorOptions(),
            judge: { _ in .train(nil) }, now: 0)
    }

    /// Ends all workers where they can be resumed, and those that do not end in time at once.
    func endWorkers(by clock: SearchClock) {
        stop(now: clock.now)
        if waitForEnds(clock, seconds: patience) { return }
        // A second time is the last.
        stop(now: clock.now)
        _ = waitForEnds(clock, seconds: 30)
    }

    /// Whether all have ended in so many seconds; the book may be what cannot be written.
    private func waitForEnds(_ clock: SearchClock, seconds: Double) -> Bool {
        let last = clock.now + seconds
        while clock.now < last {
            if (try? stopped(now: clock.now)) == true { return true }
            usleep(50_000)
        }
        return false
    }
}

/// How many workers there are, where they compute, and what each may use.
struct WorkerPool {
    /// Such as `cuda:1/0`: a device, and which of its workers.
    let slots: [String]
    /// Of each worker: together they take the cores once.
    let threads: Int
    private let workers: WorkerOptions

    init(_ conditions: TrainingConditions, devices: [Device]) {
        workers = conditions.workers
        let count = workers.count ?? devices.count
        slots = (0..<count).map { "\(devices[$0 % devices.count])/\($0 / devices.count)" }
        threads = max(1, conditions.machine.threadCount / count)
    }

    /// The tensors' memory of one training: as asked for, as recorded when it was begun, or a share of what there is.
    func memoryLimit(_ machine: MachineOptions, begun: RecordedConditions?) -> ByteCount {
        machine.memoryLimit ?? begun?.memoryLimit
            ?? ByteCount(machine.limit.bytes / UInt64(slots.count))
    }

    func options(_ memoryLimit: ByteCount) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = slots
        options.trialTimeout = workers.trialTimeout
        if let hangTimeout = workers.hangTimeout { options.leastHang = hangTimeout }
        options.memoryLimit = memoryLimit.bytes
        return options
    }
}

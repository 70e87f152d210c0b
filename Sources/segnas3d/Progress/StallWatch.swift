internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation
internal import Synchronization

/// Warns that a training makes no progress: after ten minutes, then at growing intervals.
///
/// It does not end the training: what that waits for may still come.
final class StallWatch: Sendable {
    private let task: Task<Void, Never>

    /// Watches from now on, as long as the object lives.
    ///
    /// - Parameters:
    ///   - tracker: what the training does
    ///   - interval: seconds between looks
    ///   - limit: seconds without progress before the first warning
    ///   - say: shows a line
    init(
        _ tracker: ActivityTracker, interval: Double = 10, limit: Double = 600,
        say: @escaping @Sendable (String) -> Void
    ) {
        task = Task.detached {
            var clock = StallClock(interval: interval, limit: limit)
            var last = SuspendingClock.now
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(interval), clock: .suspending)
                let now = SuspendingClock.now
                let elapsed = (now - last) / .seconds(1)
                last = now
                guard let still = clock.tick(count: tracker.count, elapsed: elapsed) else { continue }
                say(Self.sentence(seconds: still, tracker.activity))
            }
        }
    }

    deinit {
        task.cancel()
    }

    static func sentence(seconds: Double, _ activity: ActivityTracker.Activity) -> String {
        var loads = [0.0]
        let load =
            getloadavg(&loads, 1) == 1 ? " and a load of \(decimal(loads[0], 1))" : ""
        return
            "Warning: no progress for \(Int(seconds / 60)) minutes while \(words(activity)). This machine has "
            + "\(counted(HostResources.current().cores, "core"))\(load); "
            + "'top -H -p \(getpid())' shows what the threads are doing"
    }

    private static func words(_ activity: ActivityTracker.Activity) -> String {
        switch activity {
        case .preparing: "reading and preparing images"
        case .waitingForBatch: "waiting for the next batch from the disk"
        case .computing: "computing a batch"
        case .validating: "computing a validation case"
        case .saving: "writing a checkpoint"
        }
    }
}

/// Measures for how long a training has made no progress, in time during which this process ran.
struct StallClock {
    private let interval: Double
    /// Seconds without progress before the first warning.
    private let limit: Double
    private var next: Double
    private var count: Int?
    private var still = 0.0

    init(interval: Double, limit: Double) {
        (self.interval, self.limit, next) = (interval, limit, limit)
    }

    /// Looks once.
    ///
    /// - Parameters:
    ///   - count: steps of the training so far
    ///   - elapsed: seconds since the last look; if much longer than the interval, this process was stopped, and its
    ///     training too
    /// - Returns: Seconds without progress, if it is time for a warning.
    mutating func tick(count: Int, elapsed: Double) -> Double? {
        guard count == self.count else {
            (self.count, still, next) = (count, 0, limit)
            return nil
        }
        still += min(elapsed, 2 * interval)
        guard still >= next else { return nil }
        next = still * 2
        return still
    }
}

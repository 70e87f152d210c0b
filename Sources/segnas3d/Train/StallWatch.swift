internal import Glibc
internal import SegNASHost
internal import SegNASSegmentation
internal import Synchronization

/// Says that a training stands still: after ten minutes without anything done, then after ever longer ones.
///
/// A training cannot end itself then, nor should it: what it waits for may come.
final class StallWatch: Sendable {
    private let task: Task<Void, Never>

    /// Watches from now on, as long as the object lives.
    ///
    /// - Parameters:
    ///   - tracker: what the training does
    ///   - interval: how often to look, in seconds
    ///   - limit: after how many seconds to say something
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
                guard let still = clock.tick(beats: tracker.count, elapsed: elapsed) else {
                    continue
                }
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
            getloadavg(&loads, 1) == 1 ? ", the machine's load is \(decimal(loads[0], 1))" : ""
        return
            "Warning: nothing was done for \(Int(seconds / 60)) minutes: \(words(activity)). There are "
            + "\(counted(HostResources.current().cores, "core"))\(load); "
            + "'top -H -p \(getpid())' shows what the threads do"
    }

    private static func words(_ activity: ActivityTracker.Activity) -> String {
        switch activity {
        case .preparing: "images are read and prepared"
        case .waitingForBatch: "the next batch is waited for, which is read from the disk"
        case .computing: "a batch is computed"
        case .validating: "a case of the validation is computed"
        case .saving: "a checkpoint is written"
        }
    }
}

/// For how long a training has done nothing, of the time in which this process ran.
struct StallClock {
    private let interval: Double
    /// Seconds after which it is time to say so.
    private let limit: Double
    private var next: Double
    private var beats: Int?
    private var still = 0.0

    init(interval: Double, limit: Double) {
        (self.interval, self.limit, next) = (interval, limit, limit)
    }

    /// Looks once.
    ///
    /// - Parameters:
    ///   - beats: what was done so far
    ///   - elapsed: seconds since the last look: of many more than the interval this process was held, and its training too
    /// - Returns: For how long nothing was done, where it is time to say so.
    mutating func tick(beats: Int, elapsed: Double) -> Double? {
        guard beats == self.beats else {
            (self.beats, still, next) = (beats, 0, limit)
            return nil
        }
        still += min(elapsed, 2 * interval)
        guard still >= next else { return nil }
        next = still * 2
        return still
    }
}

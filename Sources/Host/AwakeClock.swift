import Glibc
internal import Synchronization

/// A clock that stands still while this process does: stopped by Ctrl-Z or a batch system, or asleep with the machine.
///
/// Work is timed by it, so that time in which the process could not run does not count.
public enum AwakeClock {
    private static let shared = Mutex(AwakeTime(at: monotonic()))
    private static let isWatched: Bool = {
        var thread = pthread_t()
        // The main thread may be busy for long: another one reads the clock, so that only a standstill is a gap.
        let code = pthread_create(&thread, nil, { _ in AwakeClock.watch() }, nil)
        if code == 0 { pthread_detach(thread) }
        return code == 0
    }()

    /// Seconds in which this process could run, since the first call.
    public static var seconds: Double {
        let isWatched = isWatched
        return shared.withLock { time in
            time.advance(to: monotonic(), countsAll: !isWatched)
            return time.seconds
        }
    }

    private static func watch() -> Never {
        while true {
            usleep(500_000)
            _ = seconds
        }
    }

    private static func monotonic() -> Double {
        var time = timespec()
        // Without the machine's sleep.
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Time added up between readings of a clock; of long gaps only half a second counts.
struct AwakeTime: Sendable {
    private(set) var seconds = 0.0
    private var last: Double

    /// The clock is read twice a second: after a longer gap the process was stopped.
    static let maxGap = 5.0

    init(at time: Double) {
        last = time
    }

    mutating func advance(to time: Double, countsAll: Bool = false) {
        let elapsed = max(0, time - last)
        seconds += countsAll || elapsed < Self.maxGap ? elapsed : 0.5
        last = max(last, time)
    }
}

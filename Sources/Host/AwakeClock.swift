internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A clock that stands still while this process does: stopped by Ctrl-Z or a batch system, or asleep with the machine.
///
/// What takes time is measured by it, so that nobody is blamed for a time in which nobody could work.
public enum AwakeClock {
    private static let shared = Mutex(AwakeTime(at: monotonic()))
    private static let looker: Bool = {
        var thread = pthread_t()
        // The main thread may be busy for long: another one looks at the clock, so that only a standstill is a gap.
        let code = pthread_create(&thread, nil, { _ in AwakeClock.look() }, nil)
        if code == 0 { pthread_detach(thread) }
        return code == 0
    }()

    /// Seconds in which this process could run, since it first asked.
    public static var seconds: Double {
        let isLookedAt = looker
        return shared.withLock { time in
            time.advance(to: monotonic(), countsAll: !isLookedAt)
            return time.seconds
        }
    }

    private static func look() -> Never {
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

/// The time between looks at a clock, of which long gaps count only in part.
struct AwakeTime: Sendable {
    private(set) var seconds = 0.0
    private var last: Double

    /// Looks that come twice a second and are farther apart than this were kept from coming.
    static let longest = 5.0

    init(at time: Double) {
        last = time
    }

    mutating func advance(to time: Double, countsAll: Bool = false) {
        let elapsed = max(0, time - last)
        seconds += countsAll || elapsed < Self.longest ? elapsed : 0.5
        last = max(last, time)
    }
}

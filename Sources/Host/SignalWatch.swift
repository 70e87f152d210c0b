import Glibc
internal import Synchronization

/// Notices when the user (Ctrl-C, a closed terminal) or the system (SIGTERM, a batch system's warning) asks this
/// process to end.
///
/// Nothing else happens, so that work can end at a point from which it can be resumed.
public enum SignalWatch {
    private static let received = Atomic<Bool>(false)
    private static let warned = Atomic<Bool>(false)
    /// The time of the first Ctrl-C, in milliseconds; 0 before.
    private static let interruption = Atomic<Int>(0)

    /// The signals that batch systems, terminals and users send before they end a process.
    ///
    /// SIGUSR1, SIGUSR2 and SIGXCPU are the warnings of Slurm, LSF and Grid Engine.
    public static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU]

    /// Watches from now on.
    ///
    /// Signals that were ignored when the program began stay so, as under `nohup` or in background jobs of a script.
    /// The reader of a pipe may end first, as when Ctrl-C ends both: SIGPIPE is not a request to end.
    ///
    /// - Parameter endsAtSecond: True if a second Ctrl-C ends the process at once. False where two independent senders
    ///   may ask: a batch system that signals all processes of a job, and the search that started a worker.
    public static func start(endsAtSecond: Bool = true) {
        // A handler must not be the first to touch the flags: initializing them takes a lock.
        received.store(false, ordering: .relaxed)
        warned.store(false, ordering: .relaxed)
        interruption.store(0, ordering: .relaxed)
        var watched = sigset_t()
        sigemptyset(&watched)
        for signal in signals where !isIgnored(signal) {
            var action = sigaction()
            action.__sigaction_handler.sa_handler =
                signal == SIGINT && endsAtSecond ? handleInterruption : handleRequest
            action.sa_flags = SA_RESTART
            sigaction(signal, &action, nil)
            sigaddset(&watched, signal)
        }
        // The program that started this one may have blocked them, which is inherited.
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Lets a file beyond the limit of its size be an error of the call that writes it, which can be told.
    public static func ignoreFileSizeLimit() {
        signal(SIGXFSZ, SIG_IGN)
    }

    public static var isEndRequested: Bool { received.load(ordering: .relaxed) }

    /// True if a batch system has warned with SIGUSR1 that the time of this process is nearly over.
    public static var isWarned: Bool { warned.load(ordering: .relaxed) }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        // SIG_IGN is the address 1.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    private static let handleRequest: @convention(c) (Int32) -> Void = { signal in
        SignalWatch.received.store(true, ordering: .relaxed)
        if signal == SIGUSR1 { SignalWatch.warned.store(true, ordering: .relaxed) }
    }

    private static let handleInterruption: @convention(c) (Int32) -> Void = { signal in
        SignalWatch.received.store(true, ordering: .relaxed)
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = max(1, Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000)
        let first = SignalWatch.interruption.compareExchange(
            expected: 0, desired: now, ordering: .relaxed)
        // Programs that end others, such as timeout, send a signal twice in a moment; a user does not.
        guard !first.exchanged, now - first.original > 300 else { return }
        Glibc.signal(signal, SIG_DFL)
        raise(signal)
    }
}

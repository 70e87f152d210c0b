internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Whether the user (Ctrl-C, a closed terminal) or the system (SIGTERM, a batch system's warning) has asked this process
/// to end.
///
/// The request is noticed only, so that work can end where it can be resumed.
public enum SignalWatch {
    private static let received = Atomic<Bool>(false)
    /// When Ctrl-C was first heard, in milliseconds; 0 before.
    private static let interruption = Atomic<Int>(0)

    /// What batch systems, terminals and users send before they end a process.
    ///
    /// SIGUSR1, SIGUSR2 and SIGXCPU are the warnings of Slurm, LSF and Grid Engine.
    public static let signals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU]

    /// Watches from now on.
    ///
    /// Signals that were ignored when the program began stay so, as by `nohup` or of jobs in the background of a script.
    /// Whoever reads what is written may go first, as in a pipe that Ctrl-C ends: that is no signal to end.
    ///
    /// - Parameter endsAtSecond: Whether a second Ctrl-C ends the process at once. Not so where two who know nothing of
    ///   each other may ask: a batch system that signals all of a job, and the search that started a worker.
    public static func start(endsAtSecond: Bool = true) {
        // A handler must not be the first to touch the flags: making them takes a lock.
        received.store(false, ordering: .relaxed)
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
        // A thread of a program that begins this one may hold them back, and hands that on.
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    public static var isEndRequested: Bool { received.load(ordering: .relaxed) }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        // SIG_IGN is the address 1.
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    private static let handleRequest: @convention(c) (Int32) -> Void = { _ in
        SignalWatch.received.store(true, ordering: .relaxed)
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

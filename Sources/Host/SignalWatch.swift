internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Whether the user (Ctrl-C) or the system (SIGTERM) has asked this process to end.
///
/// The request is noticed only, so that work can end where it can be resumed.
public enum SignalWatch {
    private static let received = Atomic<Bool>(false)

    /// Watches from now on.
    ///
    /// - Parameter endsAtSecond: Whether the same signal a second time ends the process at once. Not so where two who know
    ///   nothing of each other may ask: a batch system that signals all of a job, and the search that started a worker.
    public static func start(endsAtSecond: Bool = true) {
        // A handler must not be the first to touch the flag: making it takes a lock.
        received.store(false, ordering: .relaxed)
        var watched = sigset_t()
        sigemptyset(&watched)
        for signal in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in
                SignalWatch.received.store(true, ordering: .relaxed)
            }
            let reset = endsAtSecond ? Int32(bitPattern: UInt32(SA_RESETHAND)) : 0
            action.sa_flags = reset | SA_RESTART
            sigaction(signal, &action, nil)
            sigaddset(&watched, signal)
        }
        // A thread of a program that begins this one may hold them back, and hands that on.
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
    }

    public static var isEndRequested: Bool { received.load(ordering: .relaxed) }
}

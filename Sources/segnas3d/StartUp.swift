internal import CStartUp
internal import Glibc
internal import SegNASHost

/// What is done before the arguments are read.
enum StartUp {
    /// Lets the program, and not what its environment says to OpenMP runtimes, decide about threads.
    ///
    /// Such a runtime comes with libtorch, which is loaded later. One that is there already, as by `LD_PRELOAD`, has
    /// read the environment: then the program starts again.
    static func settleThreads() {
        let environment = ThreadEnvironment.current
        guard !environment.changes.isEmpty else { return }
        environment.apply()
        guard dlsym(nil, "omp_get_max_threads") != nil else { return }
        restart()
    }

    /// Where that fails, the program runs on as well as it can.
    private static func restart() {
        su_restore_cores()
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}

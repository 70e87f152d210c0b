import Dispatch
import Glibc
import Synchronization

/// The single thread on which asynchronous code works with tensors.
///
/// libtorch keeps a team of helper threads for every thread that calls it, and the recording of gradients is switched
/// for each thread. On Swift's pool, where a task may resume on any thread, the teams would compete for the cores.
/// Synchronous programs use their main thread instead.
@globalActor
public actor TensorActor {
    public static let shared = TensorActor()

    private let executor = ThreadExecutor()

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Runs a body on the tensor thread.
    public static func run<Result: Sendable, Failure: Error>(
        _ body: @TensorActor () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await body()
    }
}

/// Runs jobs one after the other on a separate thread, which lives as long as the process.
private final class ThreadExecutor: SerialExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let available = DispatchSemaphore(value: 0)

    init() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { context in
                if let context {
                    Unmanaged<ThreadExecutor>.fromOpaque(context).takeRetainedValue().runForever()
                }
                return nil
            }, context)
        precondition(failure == 0, "no thread can be started for tensors (error \(failure))")
        pthread_detach(thread)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        available.signal()
    }

    private func runForever() {
        while true {
            available.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}

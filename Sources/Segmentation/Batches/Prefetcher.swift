internal import Dispatch
import Glibc
internal import Synchronization

/// Makes numbered products ahead of time on background threads, and hands them over in order.
///
/// These are threads of the system, not of Swift's pool: they work for long stretches without a pause. At most `ahead`
/// products are made or being made at a time. There must be only one consumer.
final class Prefetcher<Product: Sendable> {
    typealias Make = @Sendable (Int) throws -> Product

    private let shared: Shared<Product>
    private let threads: [pthread_t]
    private var next: Int

    /// Begins with number `range.lowerBound`.
    init(_ range: Range<Int>, ahead: Int, threads: Int, make: @escaping Make) {
        precondition(ahead > 0 && threads > 0, "nothing would be made")
        shared = Shared(range, ahead: ahead, make: make)
        next = range.lowerBound
        self.threads = (0..<threads).map { [shared] _ in Self.start(shared) }
    }

    deinit {
        shared.stop(threads: threads.count)
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Waits for the next product; must not be called beyond the range.
    ///
    /// - Throws: The error that making it threw, and the same again from then on.
    func take() throws -> Product {
        let product = try shared.take(next)
        next += 1
        return product
    }

    private static func start(_ shared: Shared<Product>) -> pthread_t {
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { context in
                if let context {
                    let shared = Unmanaged<AnyObject>.fromOpaque(context).takeRetainedValue()
                    (shared as? any BackgroundWork)?.run()
                }
                return nil
            }, Unmanaged.passRetained(shared as AnyObject).toOpaque())
        precondition(failure == 0, "the system gives no thread (error \(failure))")
        return thread
    }
}

/// The work of a thread: a C function cannot name a generic type.
private protocol BackgroundWork {
    func run()
}

/// The state that the threads and the consumer share.
private final class Shared<Product: Sendable>: BackgroundWork, Sendable {
    private struct State {
        var next: Int
        var isStopped = false
        var results: [Int: Result<Product, any Error>] = [:]
    }

    private let state: Mutex<State>
    private let end: Int
    private let make: Prefetcher<Product>.Make
    /// Products that may be begun, and products that are finished.
    private let room = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    init(_ range: Range<Int>, ahead: Int, make: @escaping Prefetcher<Product>.Make) {
        state = Mutex(State(next: range.lowerBound))
        end = range.upperBound
        self.make = make
        for _ in 0..<ahead { room.signal() }
    }

    func run() {
        while let number = claim() {
            let result = Result { try make(number) }
            state.withLock { $0.results[number] = result }
            finished.signal()
        }
    }

    private func claim() -> Int? {
        room.wait()
        return state.withLock { state in
            guard !state.isStopped, state.next < end else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func take(_ number: Int) throws -> Product {
        while true {
            let result = state.withLock { state in
                // A failure stays for later calls.
                if case .failure = state.results[number] { return state.results[number] }
                return state.results.removeValue(forKey: number)
            }
            if let result {
                let product = try result.get()
                room.signal()
                return product
            }
            finished.wait()
        }
    }

    func stop(threads: Int) {
        state.withLock { $0.isStopped = true }
        for _ in 0..<threads { room.signal() }
    }
}

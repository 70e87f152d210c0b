internal import Dispatch
internal import Synchronization

/// Calls a body for 0 ..< count on so many threads, at most one for each core, and waits for all calls.
///
/// Which thread takes which index is left open, so results must go to places of their own.
package func concurrently(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let next = Counter()
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
        while true {
            let index = next.advance()
            guard index < count else { return }
            body(index)
        }
    }
}

/// The results of calls for 0 ..< count on so many threads, in order.
package func concurrentMap<Element: Sendable>(
    _ count: Int, threads: Int, _ transform: @Sendable (Int) -> Element
) -> [Element] {
    let results = Mutex<[Element?]>(Array(repeating: nil, count: count))
    concurrently(count, threads: threads) { index in
        let element = transform(index)
        results.withLock { $0[index] = element }
    }
    return results.withLock { $0.compactMap { $0 } }
}

private final class Counter: Sendable {
    private let value = Atomic(0)

    /// The value before this call.
    func advance() -> Int {
        value.wrappingAdd(1, ordering: .relaxed).oldValue
    }
}

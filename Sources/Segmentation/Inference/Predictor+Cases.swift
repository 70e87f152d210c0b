internal import Dispatch
public import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import Synchronization

extension Predictor {
    /// Predicts cases one after the other, while the next one is read and prepared in the background.
    ///
    /// The body gets each case in order, with its result or error, and returns true to continue. At most two cases are
    /// in memory, and no other beside a large one.
    ///
    /// Progress is told as by ``predict(_:progress:)``; what that throws is the result of the case.
    public func predict<Failure: Error>(
        _ cases: [Dataset.Case],
        progress: @escaping (_ done: Int, _ all: Int) throws -> Void = { _, _ in },
        _ body: (Dataset.Case, Result<ScoreRestorer, any Error>) throws(Failure) -> Bool
    ) throws(Failure) {
        let preparer = preparer
        let turn = Turn()
        // A case that fails must not stop the others, so failures are handed over as values.
        let maker = Prefetcher(0..<cases.count, ahead: 1, threads: 1) { index in
            turn.wait()
            let image = Result { try preparer.prepare(cases[index]) }
            if case .success(let image) = image, image.isLarge { turn.hold(index) }
            return image
        }
        // The thread of the prefetcher, which is waited for, must not wait itself.
        defer { withExtendedLifetime(maker) { turn.end() } }
        for (index, subject) in cases.enumerated() {
            let result = Result { try predict(try maker.take().get(), progress: progress) }
            let goesOn = try body(subject, result)
            guard goesOn else { return }
            turn.finish(index)
        }
    }
}

extension PreparedImage {
    /// True if preparing another beside it would take too much memory: preparing takes several times what is
    /// prepared.
    fileprivate var isLarge: Bool {
        let bytes = views.reduce(0) { $0 + $1.prepared.image.count * MemoryLayout<Float>.size }
        return bytes > 128 << 20
    }
}

/// Makes the background wait while a large case is in hand.
private final class Turn: Sendable {
    /// The large case that was prepared last and is not done.
    private let held = Mutex<Int?>(nil)
    private let next = DispatchSemaphore(value: 0)

    /// Waits until no large case is in hand.
    func wait() {
        while held.withLock({ $0 }) != nil { next.wait() }
    }

    func hold(_ large: Int) {
        held.withLock { $0 = large }
    }

    /// Lets the background go on where it was this case that it waits for.
    func finish(_ index: Int) {
        let wasHeld = held.withLock { held in
            guard held == index else { return false }
            held = nil
            return true
        }
        if wasHeld { next.signal() }
    }

    /// Ends all waiting.
    func end() {
        held.withLock { $0 = nil }
        next.signal()
    }
}

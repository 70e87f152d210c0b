internal import Synchronization

/// What a training is at and how far, for whoever watches it from another thread.
public final class TrainingPulse: Sendable {
    /// What can take long.
    public enum Activity: Sendable {
        case preparing, waitingForBatch, computing, validating, saving
    }

    private let state = Mutex((beats: 0, activity: Activity.preparing))

    public init() {}

    /// Grows with all that is done, be it a batch or a case of the validation.
    public var beats: Int { state.withLock { $0.beats } }

    public var activity: Activity { state.withLock { $0.activity } }

    /// Counts something as done, and notes what follows; nil for more of the same.
    public func beat(_ activity: Activity? = nil) {
        state.withLock { state in
            state.beats += 1
            if let activity { state.activity = activity }
        }
    }
}

internal import Synchronization

/// An event of a training.
public enum TrainingEvent: Sendable {
    /// `completed` of all cases have been checked.
    case checking(completed: Int, total: Int)
    /// A finding in the dataset that a human should look at, or that was allowed.
    case warning(String)
    /// `completed` of all cases have been prepared.
    case preparing(completed: Int, total: Int)
    /// A run resumes after a number of epochs, and in the middle of the next one if `batches` is not 0.
    case resuming(epochs: Int, batches: Int)
    /// The run was already complete.
    case alreadyComplete
    /// A checkpoint that is not used, and why.
    case damagedCheckpoint(file: String, reason: String)
    /// A remark to the user.
    case remark(String)
    case step(Step)
    case epoch(EpochRecord, of: Int)
    /// A checkpoint is on disk, by its number: they are counted over all interruptions.
    case saved(checkpoint: Int)
    /// `completed` of the test cases have been evaluated.
    case testing(completed: Int, total: Int)
}

extension TrainingEvent {
    /// The progress of a training after a step.
    public struct Step: Sendable {
        /// The present epoch, counted from 1.
        public var epoch: Int
        /// The number of all epochs.
        public var epochs: Int
        /// Completed batches of this epoch.
        public var batch: Int
        /// The number of all batches of an epoch.
        public var batches: Int
        /// The mean over this epoch's batches so far.
        public var loss: Double
        /// The validation Dice after the last epoch.
        public var dice: Double?
        /// The share of this epoch's time in which training waited for batches.
        public var waitShare: Double
    }
}

/// The activity and the progress of a training, readable from another thread.
public final class ActivityTracker: Sendable {
    /// An activity that can take long.
    public enum Activity: Sendable {
        case preparing, waitingForBatch, computing, validating, saving
    }

    private let state = Mutex((count: 0, activity: Activity.preparing))

    public init() {}

    /// A counter that grows with every step of work, such as a batch or a validation case.
    public var count: Int { state.withLock { $0.count } }
    public var activity: Activity { state.withLock { $0.activity } }

    /// Counts a step of work, and sets the activity that follows; nil for the same one.
    public func advance(to activity: Activity? = nil) {
        state.withLock { state in
            state.count += 1
            if let activity { state.activity = activity }
        }
    }
}

/// Reports the progress of a training, and ends it on request.
struct TrainingObserver {
    /// The run's folder.
    let run: String
    let tracker: ActivityTracker
    let isEndRequested: () -> Bool
    let report: (TrainingEvent) -> Void

    /// Counts a step of work, and throws if an end of the training is requested.
    func checkEnd() throws(TrainingError) {
        tracker.advance()
        if isEndRequested() { throw .interrupted(run: run) }
    }
}

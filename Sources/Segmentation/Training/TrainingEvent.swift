internal import Synchronization

/// What happens while a network is trained, for those who watch.
public enum TrainingEvent: Sendable {
    /// So many of all cases are checked.
    case checking(completed: Int, total: Int)
    /// Something of the dataset that a human should look at, or that was allowed.
    case warning(String)
    /// So many of all cases are prepared.
    case preparing(completed: Int, total: Int)
    /// A run goes on after so many epochs; in the middle of the next one where `batches` is not 0.
    case resuming(epochs: Int, batches: Int)
    /// The run was complete before.
    case alreadyComplete
    /// A checkpoint that is not used, and why.
    case damagedCheckpoint(file: String, reason: String)
    /// Something that the user should know.
    case remark(String)
    case step(TrainingStepReport)
    case epoch(EpochRecord, of: Int)
    /// A checkpoint is on disk, by its number: they are counted over all interruptions.
    case saved(checkpoint: Int)
    /// So many of the test cases are judged.
    case testing(completed: Int, total: Int)
}

/// Where training is after a step.
public struct TrainingStepReport: Sendable {
    /// Counted from 1.
    public var epoch: Int
    public var epochs: Int
    /// Batches of this epoch that are done, and all.
    public var batch: Int
    public var batches: Int
    /// The mean over this epoch's batches so far.
    public var loss: Double
    /// Validation Dice after the last epoch.
    public var dice: Double?
    /// The share of this epoch's time that batches were waited for.
    public var waitShare: Double
}

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

/// Those who watch a training, and may end it.
struct TrainingObserver {
    /// The run's folder.
    let run: String
    let pulse: TrainingPulse
    let isEndRequested: () -> Bool
    let report: (TrainingEvent) -> Void

    /// Notes that something is done, and ends the training where that is asked for.
    func checkEnd() throws(TrainingError) {
        pulse.beat()
        if isEndRequested() { throw .interrupted(run: run) }
    }
}

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

/// A trial and all that was recorded while it was trained.
public struct TrialRecord: Hashable, Sendable {
    public let trial: Trial
    /// Runs by workers, those without a result included.
    public let attempts: Int
    /// That its attempts took together; of one that runs, until now.
    public let seconds: Double
    /// In order; empty before the trial has ended, and for those that were not trained.
    public let epochs: [Epoch]
    /// Validation Dice of each label, by its value in the dataset's files, in the epoch of the trial's Dice.
    public let dicePerLabel: [String: Double]

    public var number: Int { trial.number }

    /// What one epoch of training came to; the first has number 1.
    public struct Epoch: Hashable, Sendable {
        public let number: Int
        public let loss: Double
        /// Of the validation cases.
        public let dice: Double
        public let seconds: Double
    }
}

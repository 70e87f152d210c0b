/// The time that a training is given, and the pace by which its epochs were chosen: a part of the run's plan.
public struct TrainingTime: Hashable, Codable, Sendable {
    /// From the beginning of the command to the last epoch's end; the evaluation of test cases comes on top.
    public var minutes: Double
    /// Nil until it is measured: such a run measures when it is resumed.
    public var pace: Pace?

    /// The pace of a training on this machine, in seconds.
    public struct Pace: Hashable, Codable, Sendable {
        /// Of a training step, with the wait for its batch.
        public var step: Double
        /// Of the validation of all cases, of which one was measured; 0 if there are none.
        public var validation: Double

        public init(step: Double, validation: Double) {
            self.step = step
            self.validation = validation
        }
    }

    public init(minutes: Double) {
        self.minutes = minutes
    }
}

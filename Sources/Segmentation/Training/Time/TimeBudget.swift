/// The epochs that fit into a time.
///
/// All durations are in seconds.
public struct TimeBudget: Sendable {
    /// What is left for epochs.
    public var seconds: Double
    public var pace: TrainingTime.Pace

    public init(seconds: Double, pace: TrainingTime.Pace) {
        self.seconds = seconds
        self.pace = pace
    }

    /// A number of epochs, each of a number of steps and a validation.
    public struct Choice: Hashable, Sendable {
        public var epochs: Int
        public var stepsPerEpoch: Int

        public var steps: Int { epochs * stepsPerEpoch }
    }

    /// Fewer epochs of patches are not planned while shorter ones fit: the best of the last half is kept.
    private static let fewestEpochs = 10
    /// The share of the time that validations of longer epochs leave to steps, and the least that they ever do.
    private static let validationShare = 0.2
    private static let largestValidationShare = 0.5

    /// Seconds of an epoch.
    public func epoch(of steps: Int) -> Double { Double(steps) * pace.step + pace.validation }

    /// As many epochs of a fixed length as fit; nil if not even one does.
    public func epochs(of steps: Int) -> Choice? {
        let epochs = Int(min(seconds / epoch(of: steps), 1e9))
        return epochs >= 1 ? Choice(epochs: epochs, stepsPerEpoch: steps) : nil
    }

    /// Epochs of about a number of steps: shorter ones if fewer than ten would fit, longer ones if validations would
    /// take more than a fifth of the time, and such that they fill it; nil if not even one fits that trains as long as
    /// it validates.
    public func epochs(about steps: Int) -> Choice? {
        guard validations(Self.largestValidationShare) >= 1 else { return nil }
        let natural = Int(min(seconds / epoch(of: steps), 1e9))
        var epochs = max(Self.fewestEpochs, natural)
        epochs = min(epochs, max(Self.fewestEpochs, validations(Self.validationShare)))
        epochs = min(epochs, validations(Self.largestValidationShare))
        epochs = min(epochs, max(1, Int(min(seconds / epoch(of: 1), 1e9))))
        let steps = (seconds / Double(epochs) - pace.validation) / pace.step
        return steps >= 1 ? Choice(epochs: epochs, stepsPerEpoch: Int(min(steps, 1e9))) : nil
    }

    /// The steps of the shortest epoch of patches, which trains as long as it validates.
    var fewestSteps: Int { max(1, Int(min((pace.validation / pace.step).rounded(.up), 1e9))) }

    /// Validations that take a share of the time.
    private func validations(_ share: Double) -> Int {
        pace.validation > 0 ? Int(min(share * seconds / pace.validation, 1e9)) : .max
    }
}

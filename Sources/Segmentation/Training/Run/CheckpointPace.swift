/// How often a training writes checkpoints.
///
/// A checkpoint has 12 to 16 bytes for each parameter and a file of weights beside it: written after each of many short
/// epochs they would take more time than the training, and wear out disks. What is lost when a run is killed is then
/// the time of so many steps as fifty checkpoints would take.
public struct CheckpointPace: Hashable, Sendable {
    /// The share of the time that writing takes, at most and about.
    public var share = 0.02
    /// A checkpoint within an epoch, rather than at its end, is written after so long at the earliest.
    public var intervalWithinEpochs = Duration.seconds(600)

    public init() {}

    /// Whether a checkpoint is due, so long after the last one, which took `cost`.
    func isDue(after time: Duration, cost: Duration, isEpochEnd: Bool) -> Bool {
        let least = isEpochEnd ? Duration.zero : intervalWithinEpochs
        return time >= max(least, cost / share)
    }
}

/// When the last checkpoint was written, and what the next one will cost.
struct CheckpointClock {
    private let pace: CheckpointPace
    private var written = ContinuousClock.now
    private var cost: Duration

    /// Bytes that a disk of the slow kind writes in a second: the first checkpoint's time is not known yet.
    private static let firstPace = 200e6

    /// - Parameters:
    ///   - pace: How often one is written.
    ///   - bytes: Of a checkpoint.
    init(_ pace: CheckpointPace, bytes: Int) {
        self.pace = pace
        cost = .seconds(Double(bytes) / Self.firstPace)
    }

    func isDue(isEpochEnd: Bool) -> Bool {
        pace.isDue(after: .now - written, cost: cost, isEpochEnd: isEpochEnd)
    }

    /// Takes note of a checkpoint that has just been written, and begun then.
    mutating func wrote(since begin: ContinuousClock.Instant) {
        written = .now
        cost = written - begin
    }
}

/// How label maps are judged.
public struct EvaluationOptions: Hashable, Codable, Sendable {
    /// Mm by which surfaces may differ in the normalized surface Dice.
    public var tolerance = 1.0
    /// How often the bootstrap draws cases anew.
    public var resamples = 2000
    /// Seed of the bootstrap.
    public var seed: UInt64 = 0

    public init() {}
}

/// The rungs after which trainings of a ``LadderScheduler`` may stop.
public enum Ladder {
    /// Of so many trials at a rung, one goes on.
    public static let share = 3
    /// Steps of the optimizer below which learning curves say nothing.
    public static let fewestSteps = 200

    /// The rungs of trainings of so many epochs: a third of them first, but at least 200 steps; one alone where that is
    /// more than half.
    public static func rungs(epochs: Int, stepsPerEpoch: Int) -> [Int] {
        let third = (2 * epochs + share) / (2 * share)
        let steps = max(stepsPerEpoch, 1)
        let first = max(third, (fewestSteps + steps - 1) / steps, 1)
        return 2 * first <= epochs ? [first, epochs] : [epochs]
    }
}

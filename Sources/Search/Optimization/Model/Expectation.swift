/// What a model expects of a network that was trained: steadier than the Dice of its luckiest epoch.
package struct Expectation: Hashable, Sendable {
    /// The number of the proposal.
    package let number: Int
    /// The mean and the standard deviation, in the model's units: smaller is better.
    package let mean: Double
    package let deviation: Double
    /// The mean as a validation Dice.
    package let dice: Double
    /// From one standard deviation below the mean to one above, as Dice.
    package let likely: ClosedRange<Double>
}

extension SamplerPlan {
    /// What a model expects of networks by their values, the best first.
    ///
    /// - Parameters:
    ///   - values: The values of different networks after whole trainings, in the order of their proposals.
    ///   - shorter: Values after shorter trainings, of these networks and of others, with their rungs from 0.
    ///   - rungs: The number of rungs, that of whole trainings included.
    ///   - scales: Those of the model.
    ///   - space: The space of their points.
    /// - Returns: The expectations of networks with whole trainings, of at most 250; none if nothing is known of the
    ///   images.
    package func expectations(
        of values: [(number: Int, point: [Double], value: Double)],
        shorter: [(number: Int, point: [Double], value: Double, rung: Int)] = [], rungs: Int = 1,
        scales: ProcessScales, in space: SearchSpace
    ) -> [Expectation] {
        guard let networks = networks(in: space) else { return [] }
        let whole = values.map { ($0, $1, $2, rungs - 1) }
        let observations = (shorter + whole).compactMap { number, point, value, rung in
            networks.features(of: space.decode(point)).map {
                Observation(number: number, point: point, features: $0, value: value, rung: rung)
            }
        }
        guard !observations.isEmpty else { return [] }
        let numbers = Set(values.map(\.number))
        let model = NetworkModel(
            observations, earlier: networks.observations(of: earlier ?? [], topRung: rungs - 1),
            scales: scales, topRung: rungs - 1, seed: seed)
        return model.ranking.filter { numbers.contains(model.observations[$0].number) }.map {
            index in
            let (mean, deviation) = model.posteriors[index]
            let (dice, likely) = model.dice(of: index)
            return Expectation(
                number: model.observations[index].number, mean: mean, deviation: deviation,
                dice: dice, likely: likely)
        }
    }
}

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
    ///   - values: The values of different networks, in the order of their proposals.
    ///   - scales: Those of the model.
    ///   - space: The space of their points.
    /// - Returns: The expectations, of at most 250 networks; none if nothing is known of the images.
    package func expectations(
        of values: [(number: Int, point: [Double], value: Double)], scales: ProcessScales,
        in space: SearchSpace
    ) -> [Expectation] {
        guard let networks = networks(in: space) else { return [] }
        let observations = values.compactMap { number, point, value in
            networks.features(of: space.decode(point)).map {
                Observation(number: number, point: point, features: $0, value: value)
            }
        }
        guard !observations.isEmpty else { return [] }
        let model = NetworkModel(observations, scales: scales, seed: seed)
        return model.ranking.map { index in
            let (mean, deviation) = model.posteriors[index]
            let (dice, likely) = model.dice(of: index)
            return Expectation(
                number: model.observations[index].number, mean: mean, deviation: deviation,
                dice: dice, likely: likely)
        }
    }
}

/// What samplers are compared on: the networks of a space, how each learns, and what the best of them reaches.
package protocol Landscape: Sendable {
    associatedtype Network: BenchmarkNetwork

    var space: SearchSpace { get }
    /// The images, for samplers that compute what a network costs.
    var task: ImageTask { get }
    /// E, the epochs of a whole training.
    var epochs: Int { get }
    /// A point for each network; nil if there are too many to train them all.
    var choices: [[Double]]? { get }
    /// The network at a point; nil if it cannot be trained, which is found out for nothing.
    func network(at point: [Double]) -> Network?
    /// The validation Dice after each epoch, `epochs` of them, in one training of the network.
    func curve(of network: Network) -> [Double]
    /// The Dice after all epochs without the luck of one training: what regret is measured in.
    func quality(of network: Network) -> Double
    /// The quality of the best network.
    var best: Double { get }
    /// A landscape that resembles this one, of another dataset; nil if there is none.
    func relative(seed: UInt64) -> Self?
}

/// A network that can be trained.
package protocol BenchmarkNetwork: Sendable {
    /// Equal for networks that are the same, whatever points lead to them.
    var key: UInt64 { get }
    /// Multiply-adds of one image's forward pass.
    var multiplyAdds: Double { get }
}

extension Landscape {
    package var choices: [[Double]]? { nil }
    package func relative(seed: UInt64) -> Self? { nil }

    /// What a sampler that is not told of the landscape may know.
    var problem: SearchProblem {
        SearchProblem(space: space, task: task, epochs: epochs, choices: choices) {
            self.network(at: $0)?.key
        } earlier: { plan in
            try self.relative(seed: plan.seed).map { try $0.study(for: plan) }
        }
    }

    /// What the search of a plan could take over from a search by a model here, of ``earlierTrainings`` trainings.
    private func study(for plan: SamplerPlan) throws -> EarlierStudy {
        var other = plan
        // With the same random numbers both would start with the same networks.
        other.seed &+= 1
        var sampler = try other.sampler(in: space)
        var trainings: [EarlierTraining] = []
        while trainings.count < earlierTrainings, let proposal = sampler.ask() {
            var value = worstValue
            if let network = network(at: proposal.point) {
                value = Score.mean.value(curve(of: network), epochs)
                trainings.append(
                    EarlierTraining(
                        number: proposal.number,
                        network: space.decode(proposal.point).architecture, hyperparameters: [:],
                        value: value))
            }
            sampler.tell(value, of: proposal.number)
        }
        return try EarlierStudy(
            named: "relative", study: "relative", trainings, of: space, for: plan, in: space)
    }
}

/// The trainings of an earlier study: as many as a model trains by default without rungs.
private let earlierTrainings = 46

/// What a sampler of the benchmark may know before anything is trained.
package struct SearchProblem: Sendable {
    package let space: SearchSpace
    package let task: ImageTask
    /// E, the epochs of a whole training.
    package let epochs: Int
    /// A point for each network of a table; nil if the space has far more of them.
    let choices: [[Double]]?
    /// The key of the network at a point; nil if it cannot be trained.
    package let key: @Sendable ([Double]) -> UInt64?
    /// What the search of a plan can take over from a study of a similar dataset; nil if there is none.
    let earlier: @Sendable (SamplerPlan) throws -> EarlierStudy?
}

internal import SegNASDatasets
internal import SegNASSearch
internal import SegNASStudy

extension SearchSpace {
    /// Points of which the network in the middle is taken, and the size for which their work is counted.
    private static let points = 201
    private static let size = SIMD3(repeating: 64)

    /// The network in the middle of random ones that can be built, by their multiply-adds: the same at each call.
    ///
    /// Memory rises with them, so that about half of a search's networks need less.
    ///
    /// - Throws: ``OptionFaults`` if no random point can be built.
    func medianNetwork(for dataset: Dataset) throws -> Architecture {
        var sampler = try SamplerPlan(method: .random, seed: 0).sampler(in: bounds)
        let plans = (0..<Self.points).compactMap { _ in sampler.ask() }.compactMap { proposal in
            try? NetworkPlan(
                decode(proposal.point).architecture, channels: dataset.channels.count,
                classes: dataset.labels.outputCount)
        }
        let ordered = plans.sorted {
            $0.multiplyAdds(size: Self.size) < $1.multiplyAdds(size: Self.size)
        }
        guard !ordered.isEmpty else {
            throw OptionFaults(
                "none of \(Self.points) random networks of the `space` can be built: widen it, or give `size`"
            )
        }
        return ordered[ordered.count / 2].architecture
    }
}

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
        return ordered[ordered.count / 2].architecture.withShortDropout
    }
}

extension Architecture {
    /// The same with a dropout of three digits, which people read and nothing of a plan depends on.
    fileprivate var withShortDropout: Architecture {
        guard case .segnas(let network) = self else { return self }
        return .segnas(
            SegNAS(
                n: network.n, p: network.p, sup: network.sup, res: network.res,
                block: network.block, dropout: (network.dropout * 1000).rounded(.down) / 1000))
    }
}

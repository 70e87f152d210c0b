internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

extension StudyPlan {
    /// Measures the rate by which a new study limits the time of predictions, and refuses limits that exclude all.
    ///
    /// - Throws: ``OptionFaults``
    mutating func settleLimits(precision: Precision, on device: Device) throws {
        guard var limits = sampler.limits, let images = sampler.images else { return }
        if limits.predictionSeconds != nil {
            limits.operationsPerSecond = try PredictionRate.measured(
                images, precision: precision, on: device)
            sampler.limits = limits
        }
        let space = try searchSpace()
        if let first = sampler.first, first.count == space.searched.count {
            let candidate = space.decode(first)
            let seen = images.seen(by: candidate)
            if let network = seen.plan(of: candidate.architecture),
                let excess = limits.excess(
                    parameters: network.parameters,
                    operations: network.multiplyAdds(size: seen.size))
            {
                throw OptionFaults(
                    "`first` is \(excess): raise the limit, or begin with another network")
            }
        }
        // A model proposes nothing where it finds nothing that can be trained.
        var probe = sampler
        (probe.method, probe.first) = (.model, nil)
        var model = try probe.sampler(in: space)
        guard model.ask() != nil else {
            throw OptionFaults(
                "no network of the space can be trained at `size` within "
                    + limits.words.joined(separator: " and ")
                    + ": raise the limit, or give another `space`")
        }
    }
}

/// Points drawn uniformly, whatever their values: the baseline that every other sampler must beat.
///
/// Bergstra & Bengio 2012, "Random search for hyper-parameter optimization", JMLR 13. With the same seed its first
/// points are those with which controlled random search starts.
public struct RandomSearch: Sampler {
    public private(set) var askCount = 0
    public private(set) var tellCount = 0
    public private(set) var inFlight: [Int: Proposal] = [:]
    private let start: StartPoints

    public init(in bounds: [ClosedRange<Double>], plan: SamplerPlan) {
        start = StartPoints(bounds: bounds, seed: plan.seed, first: plan.first)
    }

    public mutating func ask() -> Proposal? {
        let proposal = start.proposal(askCount, tellsSeen: tellCount)
        askCount += 1
        inFlight[proposal.number] = proposal
        return proposal
    }

    public mutating func tell(_ value: Double, of number: Int) {
        precondition(inFlight.removeValue(forKey: number) != nil, "\(number) is not in flight")
        tellCount += 1
    }
}

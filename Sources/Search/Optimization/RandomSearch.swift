internal import SegNASRandomness

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

/// Random points of a box that depend on the seed and their number alone.
struct StartPoints: Codable, Sendable {
    let bounds: [ClosedRange<Double>]
    let seed: UInt64
    /// The point of number 0, inside the box; nil for a random one.
    let first: [Double]?

    init(bounds: [ClosedRange<Double>], seed: UInt64, first: [Double]?) {
        self.bounds = bounds
        self.seed = seed
        self.first = first.map { clamped($0, to: bounds) }
    }

    func proposal(_ number: Int, tellsSeen: Int) -> Proposal {
        if number == 0, let first {
            return Proposal(number: 0, origin: .given, point: first, tellsSeen: tellsSeen)
        }
        var generator = generator(of: number)
        return Proposal(
            number: number, origin: .uniform,
            point: bounds.map { generator.uniform(in: $0) }, tellsSeen: tellsSeen)
    }

    /// The random numbers of one proposal, independent of those drawn for others, so that a resumed search proposes
    /// what an uninterrupted one would.
    func generator(of number: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, path: UInt64(number))
    }
}

/// A point with each coordinate moved into its interval.
func clamped(_ point: [Double], to bounds: [ClosedRange<Double>]) -> [Double] {
    zip(point, bounds).map { min(max($0, $1.lowerBound), $1.upperBound) }
}

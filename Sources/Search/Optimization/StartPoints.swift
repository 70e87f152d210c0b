internal import SegNASRandomness

/// Points of a box that depend on nothing but the seed and their number.
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

    /// The random numbers of one proposal: the same whatever has been drawn for others, so that a search that is taken
    /// up again goes on as if it had never stopped.
    func generator(of number: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, path: UInt64(number))
    }
}

/// A point with each coordinate moved into its interval.
func clamped(_ point: [Double], to bounds: [ClosedRange<Double>]) -> [Double] {
    zip(point, bounds).map { min(max($0, $1.lowerBound), $1.upperBound) }
}

extension SeededGenerator {
    /// A generator for one of many things that are drawn with one seed, such as (epoch, place in the epoch).
    ///
    /// Each path has numbers of its own, whatever has been drawn for others before.
    public init(seed: UInt64, path: UInt64...) {
        self.init(seed: seed)
        for step in path { self = SeededGenerator(seed: next() ^ step) }
    }
}

extension RandomNumberGenerator {
    /// A number between two, each as likely as the other.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        let share = Double(next() >> 11) * 0x1p-53
        return range.lowerBound + share * (range.upperBound - range.lowerBound)
    }

    /// True so often.
    public mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }
}

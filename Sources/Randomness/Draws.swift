#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

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

    /// A number from 0 to just below a count, each as likely as the others to within 2⁻⁶⁴ of the count.
    ///
    /// Unlike `Int.random`, whose way to draw may change with the standard library.
    public mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// True so often.
    public mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }

    /// A draw from N(0, 1): Box & Muller 1958, doi:10.1214/aoms/1177706645.
    public mutating func normal() -> Double {
        let radius = (-2 * log(Double((next() >> 11) + 1) * 0x1p-53)).squareRoot()
        return radius * cos(2 * .pi * Double(next() >> 11) * 0x1p-53)
    }
}

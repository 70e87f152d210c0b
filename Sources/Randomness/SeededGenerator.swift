internal import Glibc

/// Random numbers that depend on a seed alone: SplitMix64.
///
/// Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", doi:10.1145/2660193.2660195.
public struct SeededGenerator: RandomNumberGenerator, Hashable, Codable, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension SeededGenerator {
    /// A generator for one path below a seed, such as (epoch, place in the epoch).
    ///
    /// Each path has separate numbers, whatever has been drawn for others before.
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

    /// True with a probability.
    public mutating func chance(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }

    /// A draw from N(0, 1): Box & Muller 1958, doi:10.1214/aoms/1177706645.
    public mutating func normal() -> Double {
        let radius = (-2 * log(Double((next() >> 11) + 1) * 0x1p-53)).squareRoot()
        return radius * cos(2 * .pi * Double(next() >> 11) * 0x1p-53)
    }
}

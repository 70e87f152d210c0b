/// Distances of which many are 0, so that those are counted only.
struct DistanceList {
    var zeros = 0
    /// Those larger than 0, in no order.
    var others: [Float] = []

    var count: Int { zeros + others.count }

    var largest: Double { Double(others.max() ?? 0) }

    var sum: Double { others.reduce(0) { $0 + Double($1) } }

    /// In single precision like the distances, so that a tolerance includes a distance that is written the same.
    func count(within tolerance: Double) -> Int {
        let tolerance = Float(tolerance)
        return others.reduce(zeros) { $0 + ($1 <= tolerance ? 1 : 0) }
    }

    /// The value at a share of the sorted distances, from 0 to 1, interpolated linearly between two.
    ///
    /// In single precision as `torch.quantile` does, so that values of large surfaces agree with those of MONAI.
    func quantile(_ share: Double) -> Double {
        let rank = min(Float(share) * Float(count - 1), Float(count - 1))
        let lower = min(Int(rank), count - 1)
        let fraction = rank - Float(lower)
        let below = ranked(lower)
        guard fraction > 0, lower + 1 < count else { return Double(below) }
        return Double(below + fraction * (ranked(lower + 1) - below))
    }

    /// The value at a place of the sorted distances.
    private func ranked(_ rank: Int) -> Float {
        rank < zeros ? 0 : selected(rank - zeros)
    }

    /// The value at a place of the sorted others: a radix selection, eight bits at a time from the highest.
    ///
    /// Positive floating-point numbers are ordered as their bits are.
    private func selected(_ rank: Int) -> Float {
        var rank = rank
        var prefix: UInt32 = 0
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            let counts = histogram(prefix: prefix, shift: shift)
            var byte = 0
            while rank >= counts[byte] {
                rank -= counts[byte]
                byte += 1
            }
            prefix |= UInt32(byte) << shift
        }
        return Float(bitPattern: prefix)
    }

    /// How many of the others that agree with a prefix above `shift` + 8 bits have each value of the next eight.
    private func histogram(prefix: UInt32, shift: UInt32) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        let above: UInt32 = shift == 24 ? 0 : ~0 << (shift + 8)
        for value in others where value.bitPattern & above == prefix {
            counts[Int(value.bitPattern >> shift & 0xFF)] += 1
        }
        return counts
    }
}

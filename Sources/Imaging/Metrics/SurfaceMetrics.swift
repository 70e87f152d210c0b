/// Distances between the surfaces of two masks, in mm.
///
/// The surface of a mask are its voxels of which one of six neighbours, or the border of the volume, lies outside.
/// D is the distances from the centres of the prediction's surface voxels to the nearest of the reference, D′ those
/// from the reference to the prediction.
///
/// Formulas: Taha & Hanbury 2015, doi:10.1186/s12880-015-0068-x; as in MONAI 1.6.
public struct SurfaceMetrics: Hashable, Sendable {
    /// max(max D, max D′), the distance of Hausdorff.
    public let hausdorff: Double
    /// max(Q(D), Q(D′)) with the percentile Q of the options, 95 by default, interpolated linearly.
    public let hausdorffPercentile: Double
    /// (Σ D + Σ D′) / (|D| + |D′|), the average symmetric surface distance.
    public let average: Double

    init(_ first: DistanceList, _ second: DistanceList, percentile: Double) {
        hausdorff = max(first.largest, second.largest)
        hausdorffPercentile = max(
            first.quantile(percentile / 100), second.quantile(percentile / 100))
        average = (first.sum + second.sum) / Double(first.count + second.count)
    }
}

extension DistanceList {
    /// The share of two lists of distances that are not larger than a tolerance.
    ///
    /// The normalized surface Dice of Nikolov et al. 2018, arXiv:1809.04430, each surface voxel counting as one.
    static func surfaceDice(
        _ first: DistanceList, _ second: DistanceList, tolerance: Double
    ) -> Double {
        Double(first.count(within: tolerance) + second.count(within: tolerance))
            / Double(first.count + second.count)
    }
}

/// A list of distances, of which zeros are only counted.
struct DistanceList {
    var zeros = 0
    /// The distances larger than 0, in no order.
    var others: [Float] = []

    var count: Int { zeros + others.count }

    var largest: Double { Double(others.max() ?? 0) }

    var sum: Double { others.reduce(0) { $0 + Double($1) } }

    /// The number of distances within a tolerance, in single precision like them, so that equal numbers are included.
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

    /// The histogram of the next eight bits of the others that agree with a prefix above `shift` + 8 bits.
    private func histogram(prefix: UInt32, shift: UInt32) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        let above: UInt32 = shift == 24 ? 0 : ~0 << (shift + 8)
        for value in others where value.bitPattern & above == prefix {
            counts[Int(value.bitPattern >> shift & 0xFF)] += 1
        }
        return counts
    }
}

internal import Glibc
internal import SegNASHost
internal import SegNASImaging

/// Wilcoxon's signed-rank test, two-sided, of paired differences against zero.
///
/// Wilcoxon 1945, "Individual comparisons by ranking methods", doi:10.2307/3001968. Differences are ranked by their
/// size, equal ones by the mean of their ranks; R⁺ and R⁻ are the sums of the ranks of positive and of negative ones.
/// Zero differences are left out. If the signs were those of tossed coins, R⁺ would be the sum of a random part of the
/// ranks: its distribution is counted out for n ≤ 50 without ties, and otherwise taken as normal with
///
///     mean n(n + 1)/4,  variance n(n + 1)(2n + 1)/24 − Σ(t³ − t)/48,
///
/// for t differences in each group of equal size, without correction for continuity. The values are those of
/// `scipy.stats.wilcoxon` with `zero_method="wilcox"`, `correction=False` and method `exact` or `asymptotic`.
public struct SignedRankTest: Hashable, Sendable, Encodable {
    /// The number of differences other than zero.
    public let count: Int
    /// R⁺, and below R⁻.
    public let positive: Double
    public let negative: Double
    /// The probability of ranks at least as unequal if both signs are equally likely.
    public let p: Double
    /// True if the distribution was counted, not approximated.
    public let isExact: Bool

    /// The fewest differences with which a test can be significant.
    ///
    /// With fewer, the two most extreme of the 2ⁿ combinations of signs are more than 5 % of all, though the normal
    /// approximation may give less.
    public static let minCount = 6

    /// Tests differences; nil if all are zero, or there is none.
    public init?(_ differences: [Double]) {
        let sizes = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
        guard !sizes.isEmpty else { return nil }
        var (positive, negative, ties) = (0.0, 0.0, 0.0)
        var start = 0
        while start < sizes.count {
            let end = sizes[start...].firstIndex { abs($0) != abs(sizes[start]) } ?? sizes.count
            let equal = Double(end - start)
            // Ranks count from 1.
            let rank = Double(start + 1 + end) / 2
            let above = Double(sizes[start..<end].count { $0 > 0 })
            positive += above * rank
            negative += (equal - above) * rank
            ties += equal * equal * equal - equal
            start = end
        }
        count = sizes.count
        self.positive = positive
        self.negative = negative
        isExact = ties == 0 && sizes.count <= 50
        let smaller = min(positive, negative)
        p =
            isExact
            ? Self.exact(Int(smaller), count: sizes.count)
            : Self.normal(smaller, count: Double(sizes.count), ties: ties)
    }

    /// Twice the share of all subsets of 1…n whose sum is no larger.
    private static func exact(_ sum: Int, count: Int) -> Double {
        // Subsets by their sum; whole numbers below 2⁵³ are exact.
        var subsets = [Double](repeating: 0, count: sum + 1)
        subsets[0] = 1
        for rank in 1...count {
            for total in stride(from: sum, through: rank, by: -1) {
                subsets[total] += subsets[total - rank]
            }
        }
        return min(1, 2 * subsets.reduce(0, +) / exp2(Double(count)))
    }

    private static func normal(_ sum: Double, count n: Double, ties: Double) -> Double {
        let mean = n * (n + 1) / 4
        let variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
        return erfc((mean - sum) / (2 * variance).squareRoot())
    }
}

/// The p-values of several tests, each corrected for the number of tests.
///
/// Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6:65–70. Of
/// m values in rising order the k-th is multiplied by m − k + 1; none becomes smaller than one before it, or larger
/// than 1.
///
/// - Returns: The corrected values in the order of the given ones.
func holmCorrected(_ values: [Double]) -> [Double] {
    var corrected = values
    var highest = 0.0
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    for (place, index) in order.enumerated() {
        highest = max(highest, min(1, values[index] * Double(values.count - place)))
        corrected[index] = highest
    }
    return corrected
}

/// The mean of some values and how far they lie apart.
struct Spread: Hashable, Encodable {
    let mean: Double
    /// The standard deviation with n − 1 in the denominator; nil for one value.
    let std: Double?
    let count: Int

    /// Computes the spread; nil if there is no value.
    init?(_ values: [Double]) {
        guard let moments = SampleMoments(values) else { return nil }
        mean = moments.mean
        std = moments.sampleDeviation
        count = values.count
    }

    /// The text `81.7 ± 0.3`, of values times a scale.
    ///
    /// Without a number of decimals it has one, and as many more as a small mean needs for two digits.
    func text(times scale: Double = 1, places: Int? = nil) -> String {
        let places = places ?? Self.places(of: mean * scale)
        let tail = std.map { " ± " + decimal($0 * scale, places) } ?? ""
        return decimal(mean * scale, places) + tail
    }

    private static func places(of value: Double) -> Int {
        var places = 1
        var size = abs(value)
        while size < 1, size > 1e-9 {
            size *= 10
            places += 1
        }
        return places
    }
}

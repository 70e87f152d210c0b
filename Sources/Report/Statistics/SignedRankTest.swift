#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Wilcoxon's signed-rank test, two-sided: whether paired differences lie to one side of zero.
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
    /// Differences other than zero.
    public let count: Int
    /// R⁺ and R⁻.
    public let positive: Double
    public let negative: Double
    /// How often coins would part the ranks at least as unequally.
    public let p: Double
    /// Whether the distribution was counted out.
    public let isExact: Bool

    /// With fewer differences nothing can be told: of the 2ⁿ ways to toss the coins, two are as extreme as any, which is
    /// more than 5 %, though the normal approximation may say less.
    public static let fewest = 6

    /// Nil where all differences are zero, or there is none.
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

internal import SegNASRandomness

/// The share of the variance of an outcome that the values of one factor explain by themselves.
///
/// Outcomes are grouped by the factor's value. ε² compares the variance within groups with that of all outcomes,
///
///     ε² = 1 − (SSw / (N − K)) / (SSt / (N − 1)),
///
/// for N outcomes in K groups with sums of squares SSw within groups and SSt in all (Kelley 1935, "An unbiased
/// correlation ratio measure", doi:10.1073/pnas.21.9.554). It is 1 where the factor alone decides, and 0 on average
/// where it says nothing, however many values it has. What only factors together decide, as in an exclusive or, is not
/// seen.
public struct MainEffect: Hashable, Sendable, Encodable {
    /// ε², or 0 where that is negative.
    public let share: Double
    /// The share that chance alone exceeds one time in twenty: the 95 % quantile of ε² among shuffled outcomes.
    public let chance: Double
    public let groups: Int
    public let outcomes: Int

    /// Computes the effect; nil if all outcomes or all values are equal, or every value occurs once.
    ///
    /// - Parameters:
    ///   - values: The values of the factor; nil is a value too.
    ///   - outcomes: An outcome for each value.
    ///   - permutations: The number of random orders from which `chance` is estimated.
    ///   - seed: The seed of the random orders.
    public init?(
        of values: [Double?], on outcomes: [Double], permutations: Int = 400, seed: UInt64 = 0
    ) {
        precondition(values.count == outcomes.count, "an outcome for each value")
        let groups = ValueGroups(values)
        guard groups.count > 1, groups.count < outcomes.count,
            let share = groups.shareOfVariance(of: outcomes)
        else { return nil }
        self.groups = groups.count
        self.outcomes = outcomes.count
        self.share = max(0, share)
        var generator = SeededGenerator(seed: seed)
        var shuffled = outcomes
        let random = (0..<permutations).compactMap { _ in
            for index in stride(from: shuffled.count - 1, to: 0, by: -1) {
                shuffled.swapAt(index, generator.index(below: index + 1))
            }
            return groups.shareOfVariance(of: shuffled)
        }.sorted()
        chance = random.isEmpty ? 0 : max(0, random[random.count * 19 / 20])
    }
}

/// Groups of equal values, or of neighbouring ones if there are many.
struct ValueGroups {
    /// The group of each value.
    let indices: [Int]
    let count: Int

    /// The most groups; more values are joined to groups of about the same size, equal ones together.
    static let maxCount = 8

    init(_ values: [Double?]) {
        let known = values.compactMap { $0 }.sorted()
        let distinct = Set(known)
        var starts = distinct.sorted()
        if distinct.count > Self.maxCount {
            // At least eight values in a group, if there are enough.
            let count = min(Self.maxCount, max(2, known.count / 8))
            starts = Set((0..<count).map { known[$0 * known.count / count] }).sorted()
        }
        let group = values.map { value in
            value.map { value in (starts.firstIndex { $0 > value } ?? starts.count) } ?? 0
        }
        // Numbered without gaps: the values may have no nil, which is group 0.
        let used = Set(group).sorted()
        indices = group.map { used.firstIndex(of: $0) ?? 0 }
        count = used.count
    }

    /// ε², negative if less is explained than by chance; nil if all outcomes are equal.
    func shareOfVariance(of outcomes: [Double]) -> Double? {
        var sums = [Double](repeating: 0, count: count)
        var sizes = sums
        for (group, outcome) in zip(indices, outcomes) {
            sums[group] += outcome
            sizes[group] += 1
        }
        let mean = sums.reduce(0, +) / Double(outcomes.count)
        var (within, total) = (0.0, 0.0)
        for (group, outcome) in zip(indices, outcomes) {
            let (own, all) = (outcome - sums[group] / sizes[group], outcome - mean)
            within += own * own
            total += all * all
        }
        guard total > 1e-18 * Double(outcomes.count) else { return nil }
        let (n, k) = (Double(outcomes.count), Double(count))
        return 1 - within / (n - k) / (total / (n - 1))
    }
}

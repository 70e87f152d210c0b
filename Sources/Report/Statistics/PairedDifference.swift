public import SegNASDatasets
internal import SegNASHost

/// The difference of two networks over the same cases: its mean, and the interval in which that lies.
///
/// The interval is the bootstrap's of an evaluation, over the cases. It says nothing of other seeds, with which both
/// networks would have come out otherwise.
public struct PairedDifference: Hashable, Codable, Sendable {
    /// The number of cases in which both have a Dice.
    public let cases: Int
    /// The mean of the first's Dice minus the second's.
    public let mean: Double
    /// The 95 % interval of the mean; nil for one case.
    public let interval: SampleStatistics.Interval?

    /// Pairs cases by their places; nil if they are not the same cases, or none has both.
    public init?(_ first: [Double?], minus second: [Double?]) {
        guard first.count == second.count else { return nil }
        let differences = zip(first, second).compactMap { first, second -> Double? in
            guard let first, let second else { return nil }
            return first - second
        }
        guard let statistics = SampleStatistics(differences) else { return nil }
        cases = statistics.count
        mean = statistics.mean
        interval = statistics.interval
    }

    /// True if the cases are too few to tell any networks apart.
    public var hasTooFewCases: Bool { cases < SignedRankTest.minCount }

    /// True if the networks can be told apart: there are enough cases, and the interval does not hold 0.
    public var isShown: Bool {
        guard let interval, !hasTooFewCases else { return false }
        return interval.low > 0 || interval.high < 0
    }

    /// `Dice +0.0123 over 40 cases (95 % interval +0.0010 to +0.0230)`.
    package var words: String {
        let range = interval.map {
            " (95 % interval \(signed($0.low)) to \(signed($0.high)))"
        }
        return "Dice \(signed(mean)) over \(counted(cases, "case"))\(range ?? "")"
    }
}

/// A difference of Dice with its sign: `+0.0123`, `−0.0040`.
private func signed(_ difference: Double) -> String {
    let text = decimal(abs(difference), 4)
    return text == "0.0000" ? text : (difference > 0 ? "+" : "−") + text
}

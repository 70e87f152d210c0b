internal import SegNASDatasets

/// Two methods on the test cases that both were judged on.
struct PairedComparison {
    let first: MethodSummary
    let second: MethodSummary
    /// The test Dice of the first less that of the second, one for each case.
    let differences: [Double]
    /// Nil where there is no difference.
    let test: SignedRankTest?
    /// The test's p, corrected for the number of all pairs that have one.
    private(set) var corrected: Double?

    /// Below it, a corrected p counts as a difference.
    static let level = 0.05

    /// All pairs with common cases, in the order of the methods.
    static func all(of comparison: Comparison) -> [PairedComparison] {
        let methods = comparison.summaries
        let pairs = methods.indices.flatMap { first in
            methods[(first + 1)...].map { PairedComparison(methods[first], $0) }
        }
        let tested = pairs.indices.filter { pairs[$0].test != nil }
        let corrected = holmCorrected(tested.compactMap { pairs[$0].test?.p })
        var result = pairs
        for (index, p) in zip(tested, corrected) { result[index].corrected = p }
        return result.filter { !$0.differences.isEmpty }
    }

    init(_ first: MethodSummary, _ second: MethodSummary) {
        self.first = first
        self.second = second
        differences = Self.differences(first, second)
        test = SignedRankTest(differences)
    }

    /// A case in the test parts of several splits counts once, by its mean over those on which both were judged.
    private static func differences(_ first: MethodSummary, _ second: MethodSummary) -> [Double] {
        let pairs = zip(first.diceOfCases, second.diceOfCases).flatMap { first, second in
            first.compactMap { name, dice in second[name].map { (name, (dice, $0)) } }
        }
        // In the order of names: sums of numbers depend on it.
        return Dictionary(grouping: pairs) { $0.0 }.sorted { $0.key < $1.key }.map { _, splits in
            let count = Double(splits.count)
            let (first, second) = splits.reduce((0, 0)) { ($0.0 + $1.1.0, $0.1 + $1.1.1) }
            return first / count - second / count
        }
    }

    /// Of all cases.
    var difference: Double { differences.reduce(0, +) / Double(differences.count) }

    /// What the test says.
    enum Verdict: Hashable {
        case equal
        case tooFew
        case notShown
        case firstHigher
        case secondHigher
    }

    var verdict: Verdict {
        guard let test, let corrected else { return .equal }
        if test.count < SignedRankTest.fewest { return .tooFew }
        guard corrected < Self.level else { return .notShown }
        return test.positive > test.negative ? .firstHigher : .secondHigher
    }
}

extension MethodSummary {
    /// The test Dice of the cases of each split by their names; of a split without a test, none.
    fileprivate var diceOfCases: [[String: Double]] {
        outcomes.map { outcome in
            guard case .judged(let result)? = outcome, let test = result.test else { return [:] }
            let known = test.cases.compactMap { judged in
                judged.foregroundMean(.dice).map { (judged.identifier, $0) }
            }
            return Dictionary(known) { first, _ in first }
        }
    }
}

internal import SegNASDatasets
internal import SegNASHost

/// Two methods on the test cases that both were evaluated on.
struct PairedComparison {
    let first: MethodSummary
    let second: MethodSummary
    /// The test Dice of the first minus that of the second, one for each case.
    let differences: [Double]
    /// The test; nil if there is no difference.
    let test: SignedRankTest?
    /// The test's p, corrected for the number of all pairs that have one.
    private(set) var corrected: Double?

    /// The level below which a corrected p counts as a difference.
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

    /// A case in the test parts of several splits counts once, by its mean over those on which both were evaluated.
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

    /// The mean difference over all cases.
    var difference: Double { differences.reduce(0, +) / Double(differences.count) }

    /// The conclusion of the test.
    enum Verdict: Hashable {
        case equal
        case tooFew
        case notShown
        case firstHigher
        case secondHigher
    }

    var verdict: Verdict {
        guard let test, let corrected else { return .equal }
        if test.count < SignedRankTest.minCount { return .tooFew }
        guard corrected < Self.level else { return .notShown }
        return test.positive > test.negative ? .firstHigher : .secondHigher
    }
}

extension MethodSummary {
    /// The test Dice of the cases of each split by their names; empty for a split without a test.
    fileprivate var diceOfCases: [[String: Double]] {
        outcomes.map { outcome in
            guard case .evaluated(let result)? = outcome, let test = result.test else { return [:] }
            let known = test.cases.compactMap { evaluated in
                evaluated.foregroundMean(.dice).map { (evaluated.identifier, $0) }
            }
            return Dictionary(known) { first, _ in first }
        }
    }
}

/// The table of the paired tests between methods.
struct PairTable {
    private let comparison: Comparison
    private let pairs: [PairedComparison]

    init(_ comparison: Comparison) {
        self.comparison = comparison
        pairs = PairedComparison.all(of: comparison)
    }

    /// The table; nil if no two methods were evaluated on the same case.
    var table: Table? {
        pairs.isEmpty
            ? nil
            : Table(
                caption: "Pairs of methods, the test Dice of the same cases",
                columns: [
                    ("methods", false), ("cases", true), ("differing (n)", true),
                    ("difference (points)", true), ("p", true), ("p, corrected", true),
                    ("result", false),
                ],
                rows: pairs.map { Table.Row(Self.cells($0)) })
    }

    private static func cells(_ pair: PairedComparison) -> [RichText] {
        let p = pair.corrected.map(text) ?? absent
        return [
            RichText("\(pair.first.name) − \(pair.second.name)"),
            RichText("\(pair.differences.count)"), RichText("\(pair.test?.count ?? 0)"),
            RichText(signed(100 * pair.difference)),
            RichText(pair.test.map { text($0.p) } ?? absent),
            RichText(p, pair.isDifferent ? .strong : nil), RichText(pair.words),
        ]
    }

    private static func text(_ p: Double) -> String {
        p < 0.0001 ? "< 0.0001" : decimal(p, p < 0.1 ? 4 : 3)
    }

    /// `+1.20`, `−0.30`.
    private static func signed(_ points: Double) -> String {
        let text = decimal(abs(points), 2)
        return text == "0.00" ? text : (points > 0 ? "+" : "−") + text
    }

    /// Notes on the test and its limits.
    var notes: [String] {
        guard !pairs.isEmpty else {
            return [
                "No two methods were evaluated on the same test cases"
                    + "\(comparison.isComplete ? "" : " so far"): nothing can be tested."
            ]
        }
        let tests = pairs.count { $0.test != nil }
        return [
            """
            Wilcoxon’s signed-rank test (1945), two-sided, for each pair of methods: over the cases on which both were \
            evaluated, the differences of the test Dice, a case’s mean over its labels. A case in the test parts of \
            several splits counts once, by its mean over them; cases without a difference are left out. p is the \
            probability of differences at least as one-sided if both signs were equally likely; it is exact for up to \
            50 cases of which no two differ equally, otherwise by the normal approximation. It is corrected by Holm’s \
            method (1979) for \
            \(tests == 1 ? "one pair, which leaves it as it is" : "all \(tests) pairs with a difference"); below 0.05 \
            it is bold and counts as a difference.
            """,
            """
            With fewer than \(SignedRankTest.minCount) differing cases nothing can be significant, and a p that is not \
            small does not mean that methods are equal. The cases are those of one dataset: the test cannot tell how \
            methods compare on others. Each method was searched or trained once on each split, so that the variation \
            between seeds is not in it either.
            """,
        ]
    }
}

extension PairedComparison {
    var isDifferent: Bool { verdict == .firstHigher || verdict == .secondHigher }

    var words: String {
        switch verdict {
        case .equal: "equal in all cases"
        case .tooFew: "too few cases (n < \(SignedRankTest.minCount))"
        case .notShown: "no difference shown"
        case .firstHigher: "\(first.name) is higher"
        case .secondHigher: "\(second.name) is higher"
        }
    }
}

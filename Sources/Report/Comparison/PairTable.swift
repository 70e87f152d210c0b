internal import SegNASHost

/// What the paired tests between methods say.
struct PairTable {
    private let comparison: Comparison
    private let pairs: [PairedComparison]

    init(_ comparison: Comparison) {
        self.comparison = comparison
        pairs = PairedComparison.all(of: comparison)
    }

    /// Nil where no two methods were judged on the same case.
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

    /// What the test is, and what it cannot tell.
    var notes: [String] {
        guard !pairs.isEmpty else {
            return [
                "No two methods were judged on the same test cases\(comparison.isComplete ? "" : " so far"): nothing can be tested."
            ]
        }
        let tests = pairs.count { $0.test != nil }
        return [
            """
            Wilcoxon’s signed-rank test (1945), two-sided, for each pair of methods: over the cases on which both were judged, \
            the differences of the test Dice, a case’s mean over its labels. A case in the test parts of several splits counts \
            once, by its mean over them; cases without a difference are left out. p is how often differences so much to one \
            side would arise if either sign were as likely; it is exact for up to 50 cases of which no two differ equally, \
            otherwise by the normal approximation. It is corrected by Holm’s method (1979) for \
            \(tests == 1 ? "one pair, which leaves it as it is" : "all \(tests) pairs with a difference"); below 0.05 it is bold and counts as a difference.
            """,
            """
            With fewer than \(SignedRankTest.fewest) differing cases nothing can be significant, and a p that is not small \
            does not mean that methods are equal. The cases are those of one dataset: the test cannot tell how methods \
            compare on others. Each method was searched or trained once on each split, so that what would come out \
            another time, from another seed, is not in it either.
            """,
        ]
    }
}

extension PairedComparison {
    var isDifferent: Bool { verdict == .firstHigher || verdict == .secondHigher }

    var words: String {
        switch verdict {
        case .equal: "equal in all cases"
        case .tooFew: "too few cases (n < \(SignedRankTest.fewest))"
        case .notShown: "no difference shown"
        case .firstHigher: "\(first.name) is higher"
        case .secondHigher: "\(second.name) is higher"
        }
    }
}

import SegNASDatasets
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import SegNASReport

@Suite("Networks of a search, compared over the same cases")
struct RivalComparisonTests {
    @Test("cases are paired by their places, those without a Dice left out")
    func pairs() throws {
        let difference = try #require(
            PairedDifference([0.5, nil, 0.75, 0.25], minus: [0.25, 0.5, 0.25, nil]))
        #expect(difference.cases == 2 && difference.mean == 0.375)
        #expect(difference.interval?.low == 0.25 && difference.interval?.high == 0.5)
        #expect(difference.hasTooFewCases && !difference.isShown)
        #expect(
            difference.words == "Dice +0.3750 over 2 cases (95 % interval +0.2500 to +0.5000)")
        #expect(PairedDifference([0.5], minus: [0.5, 0.5]) == nil)
        #expect(PairedDifference([nil], minus: [0.5]) == nil)
        #expect(PairedDifference([0.5], minus: [0.5])?.interval == nil)
    }

    /// Differences of six cases, and whether they are shown.
    static let differences: [([Double], Bool)] = [
        ([0.25, 0.25, 0.25, 0.25, 0.25, 0.5], true),
        ([-0.25, -0.25, -0.25, -0.25, -0.25, -0.5], true),
        ([0.5, -0.5, 0.5, -0.5, 0.5, -0.25], false), ([0, 0, 0, 0, 0, 0], false),
        ([0.25, 0.25, 0.25, 0.25, 0.5], false),
    ]

    @Test("a difference is shown where its interval does not hold 0", arguments: differences)
    func shown(differences: [Double], isShown: Bool) throws {
        let zeros = [Double](repeating: 0, count: differences.count)
        #expect(PairedDifference(differences, minus: zeros)?.isShown == isShown)
        #expect(PairedDifference(zeros, minus: differences)?.isShown == isShown)
    }

    @Test("what is said of the first network and of a random search")
    func sentences() throws {
        try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(in: folder, iterations: 40)
            let trained = try (0..<40).map { try ledger.trial($0) }.filter {
                $0.state == .completed
            }
            let (best, other) = (trained[0], trained[1])
            func comparison(
                _ rival: RivalComparison.Rival, _ trial: Trial?, networks: Int? = nil,
                _ dice: [Double?]?, _ others: [Double?]?
            ) -> RivalComparison {
                RivalComparison(best, rival, trial, networks: networks) {
                    $0.number == best.number ? dice : others
                }
            }
            let (high, low) = ([Double?](repeating: 0.8, count: 6), [0.5, 0.6, 0.5, 0.6, 0.5, 0.5])
            let mixed = [0.7, 0.9, 0.7, 0.9, 0.8, 0.8]
            let name = "trial \(other.number)"
            let table: [(RivalComparison, RivalComparison.Verdict, String)] = [
                (
                    comparison(.baseline, other, high, low), .better,
                    "The delivered network is better than the one that the search began with, \(name): Dice +0.2667 "
                        + "over 6 cases (95 % interval +0."
                ),
                (
                    comparison(.random, other, networks: 15, low, high), .worse,
                    "The delivered network is worse than the best of 15 drawn at random, \(name): Dice −0.2667"
                ),
                (
                    comparison(.random, other, networks: 15, high, mixed), .notShown,
                    "The delivered network is no better than the best of 15 drawn at random, \(name), as far as the "
                        + "validation cases tell: Dice 0.0000 over 6 cases (95 % interval −0."
                ),
                (
                    comparison(.baseline, other, [0.9, 0.8], [0.1, 0.2]), .notShown,
                    "The validation cases are too few to tell the delivered network from the one"
                ),
                (comparison(.baseline, other, nil, low), .unknown, "Whether the delivered network"),
                (
                    comparison(.baseline, best, high, low), .same,
                    "The delivered network is the one that the search began with, trial \(best.number)"
                ),
                (
                    comparison(.random, best, networks: 15, high, low), .same,
                    "The delivered network, trial \(best.number), was itself drawn at random"
                ),
                (
                    comparison(.baseline, nil, high, low), .noRival,
                    "The delivered network cannot be compared with a baseline"
                ),
                (
                    comparison(.random, nil, networks: 1, high, low), .noRival,
                    "The delivered network cannot be compared with a random search: 1 network drawn at random was "
                        + "trained, and 5 are needed."
                ),
                (
                    comparison(.random, nil, networks: 6, high, low), .noRival,
                    "The delivered network cannot be compared with a random search: none of the 6 networks"
                ),
            ]
            for (comparison, verdict, sentence) in table {
                #expect(comparison.verdict == verdict, "\(sentence)")
                #expect(comparison.sentence.hasPrefix(sentence), "\(comparison.sentence)")
            }
            let plain = RivalComparison.plainWords([table[0].0, table[2].0])
            #expect(
                plain
                    == "It is not shown to be better than the best of 15 drawn at random, on the validation cases."
            )
            #expect(RivalComparison.plainWords([table[0].0, table[7].0]) == nil)
        }
    }

    @Test("the first network is compared by its training at the end where it has one")
    func trainedAgain() throws {
        try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(in: folder, iterations: 40)
            let best = try #require(try ledger.best())
            let rivals = try StudyStatus(of: ledger.folder.path).rivals
            func words(_ first: Double, _ others: [Double?]) -> String {
                let candidates = FinalCandidates(
                    [
                        .init(
                            trial: best.number, dice: first,
                            caseDice: [Double?](repeating: first, count: 6)),
                        .init(trial: 1000, dice: 0.5, caseDice: others),
                    ], epochs: 9, trainings: nil, baseline: first > 0.6 ? 1000 : best.number)
                return RivalComparison.all(
                    of: best, rivals, ledger.plan, candidates: candidates, in: ledger.folder
                )[0].sentence
            }
            #expect(
                words(0.75, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
                    == "The delivered network is better than the one that the search began with, trial 1000, both "
                    + "trained again: Dice +0.2500 over 6 cases (95 % interval +0.2500 to +0.2500)."
            )
            #expect(
                words(0.55, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
                    == "The delivered network is the one that the search began with, trial \(best.number): trained "
                    + "again, no other has a higher Dice.")
        }
    }

    @Test("of the networks that were trained again, the highest Dice is delivered")
    func candidates() {
        let cases: [[Double?]] = [
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [0.6, 0.6, 0.6, 0.7, 0.6, 0.6], [0.1, 0.1],
        ]
        let outcomes = zip([7, 3, 5], zip([0.5, 0.61, 0.5], cases)).map { trial, rest in
            FinalCandidates.Outcome(trial: trial, dice: rest.0, caseDice: rest.1)
        }
        let all = FinalCandidates(outcomes, epochs: 9, trainings: nil)
        // Equal Dice: as the search has ranked them.
        #expect(all.candidates.map(\.trial) == [3, 7, 5] && all.chosen == 3)
        #expect(all.difference?.isShown == true)
        #expect(
            all.words.hasPrefix(
                "Of 3 networks, trained again for 9 epochs, trial 3 has the highest validation Dice, 0.6100, and is "
                    + "delivered; next is trial 7 with 0.5000. It is better: Dice +0.1167 over 6 cases (95 %"
            ))
        #expect(all.baseline == nil)
        let begun = FinalCandidates(outcomes, epochs: 9, trainings: nil, baseline: 5)
        #expect(begun.baseline?.trial == 5 && begun.baseline?.dice == 0.5)
        // Other cases cannot be compared.
        #expect(begun.baseline?.difference == nil)
        #expect(begun.words.hasPrefix("Of 3 networks, trained again for 9 epochs, trial 5 of the"))
        let folds = FinalCandidates(
            Array(outcomes.suffix(1)), epochs: 9, trainings: FoldTrainings(folds: 4))
        #expect(
            folds.words
                == "Of the best networks, trained again for 9 epochs on 4 folds, only trial 5 has a result, a "
                + "cross-validated Dice of 0.5000.")
        let unknown = FinalCandidates(
            [outcomes[0], .init(trial: 1, dice: 0.4, caseDice: nil)], epochs: 9, trainings: nil)
        #expect(unknown.words.hasSuffix("Their difference over the cases is not known."))
        let same = FinalCandidates([outcomes[0], outcomes[0]], epochs: 9, trainings: nil)
        #expect(same.words.contains("They cannot be told apart: Dice 0.0000 over 6 cases"))
    }
}

import Testing

@testable import SegNASReport

@Suite("Ensembles of a search")
struct EnsembleOutcomeTests {
    private func outcome(
        _ dice: [Double], forced: Bool = false, cases: Int = 6
    ) -> EnsembleOutcome {
        let weights: [[Double]] = [[1, 0], [0.75, 0.25], [0.5, 0.5], [0, 1]]
        let trials = zip(weights, dice).map { weights, dice in
            EnsembleOutcome.Trial(
                weights: weights, dice: dice,
                caseDice: (0..<cases).map { dice + ($0 % 2 == 0 ? 0.01 : -0.01) * weights[0] })
        }
        return EnsembleOutcome(trials, of: [(7, "a"), (3, "b")], isForced: forced)
    }

    @Test("the weights of the highest Dice, against the best single network")
    func better() {
        let found = outcome([0.7, 0.8, 0.78, 0.6])
        #expect(found.members.map(\.weight) == [0.75, 0.25] && found.isWritten)
        #expect(found.single == 7 && found.singleDice == 0.7 && found.dice == 0.8)
        #expect(
            found.words.hasPrefix(
                "The mean of trial 7 (0.75) and trial 3 (0.25) has a Dice of 0.8000 on the validation cases, "
                    + "and the best of them, trial 7, 0.7000: Dice +0.1000 over 6 cases (95 % interval +0."
            ))
        #expect(found.words.hasSuffix("). The ensemble is the model."))
    }

    @Test("one that is not shown to be better is none, unless it is asked for")
    func noBetter() {
        for found in [outcome([0.8, 0.8, 0.8, 0.6]), outcome([0.7, 0.8, 0.7, 0.6], cases: 5)] {
            #expect(!found.isWritten)
            #expect(found.words.hasSuffix(". It is not shown to be better: no ensemble is made."))
            #expect(found.forced(true).isWritten && !found.forced(true).forced(false).isWritten)
        }
        let forced = outcome([0.8, 0.7, 0.75, 0.6], forced: true)
        #expect(forced.isWritten && forced.members.map(\.weight) == [0.5, 0.5])
        #expect(
            forced.words.hasSuffix(
                ". It is not shown to be better, but is the model, as was asked for."))
    }
}

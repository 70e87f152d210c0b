import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASSegmentation

@Suite("The best epoch")
struct EpochHistoryTests {
    private func options(_ epochs: Int, patience: Int? = nil) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.patience = patience
        return options
    }

    private func history(_ dice: [Double?], _ options: TrainingOptions) -> EpochHistory {
        var history = EpochHistory()
        for (index, dice) in dice.enumerated() {
            history.add(.example(epoch: index + 1, dice: dice), options)
        }
        return history
    }

    @Test(
        "the best of the last half, the first of equals; the last where none is validated",
        arguments: [
            ([0.9, 0.1, 0.5, 0.4], 3), ([0.9, 0.1, 0.5, 0.5], 3), ([0.9, 0.1, 0.2, 0.5], 4),
            ([0.9], 1), ([0.9, 0.2], 2), ([0.9, 0.8, 0.7], 2), ([0.9, 0.8, nil], 2),
            ([nil, nil, nil], 3), ([0.1, 0.2, 0, 0], 3),
        ] as [([Double?], Int)])
    func chosen(_ dice: [Double?], _ epoch: Int) {
        #expect(history(dice, options(dice.count)).chosen == epoch)
    }

    @Test(
        "patience counts epochs without a better one, and lets any be chosen",
        arguments: [
            ([0.5, 0.4], false), ([0.5, 0.4, 0.5], true), ([0.1, 0.2, 0.15, 0.3, 0.2], false),
            ([0.1, 0.2, 0.15, 0.3, 0.2, 0.3], true), ([nil, nil], true),
        ] as [([Double?], Bool)])
    func patience(_ dice: [Double?], _ isSpent: Bool) {
        let options = options(100, patience: 2)
        let history = history(dice, options)
        #expect(history.isPatienceSpent(options) == isSpent)
        #expect(history.isComplete(options) == isSpent)
        if dice == [0.5, 0.4, 0.5] { #expect(history.chosen == 1) }
    }

    @Test(
        "training for more epochs is possible if the weights of their best are kept",
        arguments: [
            // Of 4 epochs the best of 3 and 4 is kept.
            ([0.1, 0.2, 0.3, 0.4], 6, true), ([0.1, 0.2, 0.4, 0.3], 6, false),
            ([0.1, 0.2, 0.4, 0.3], 5, true), ([0.1, 0.2, 0.4, 0.3], 8, true),
            ([0.1, 0.2, 0.4, 0.3], 7, false),
        ])
    func more(_ dice: [Double], _ epochs: Int, _ canContinue: Bool) {
        let four = history(dice, options(4))
        #expect(four.canContinue(options(epochs)) == canContinue)
    }

    @Test("more epochs choose as if all had been asked for from the start")
    func goingOn() {
        var first = history([0.1, 0.2, 0.3, 0.4], options(4))
        first.choose(options(6))
        let atOnce = history([0.1, 0.2, 0.3, 0.4], options(6))
        #expect(first == atOnce)
    }

    @Test("Dice is the mean over cases, then over labels; a label that is nowhere is left out")
    func dice() {
        let none = Overlap()
        let dice = ValidationDice(
            cases: [
                [Overlap(reference: 2, prediction: 2, shared: 1), none, none],
                [
                    Overlap(reference: 4, prediction: 6, shared: 4),
                    Overlap(reference: 4, prediction: 6, shared: 1), none,
                ],
            ], values: [1, 5, 9])
        // (½ + 8/10) / 2, and 2/10.
        #expect(dice.perLabel == ["1": 0.65, "5": 0.2])
        #expect(dice.absent == ["5": 1, "9": 2])
        #expect(dice.count(of: "1") == 2 && dice.count(of: "5") == 1 && dice.count(of: "9") == 0)
        #expect(abs((dice.mean ?? 0) - 0.425) < 1e-12)
        // Of each case over its labels: ½, and (8/10 + 2/10) / 2.
        #expect(dice.perCase == [0.5, 0.5])
    }

    @Test("the Dice of each case is kept of the best epoch alone, and is in no line of the log")
    func perCase() throws {
        var history = EpochHistory()
        for (epoch, dice) in zip(1..., [0.1, 0.2, 0.5, 0.3, 0.6, 0.4]) {
            var record = EpochRecord.example(epoch: epoch, dice: dice)
            record.validation?.perCase = [dice, nil]
            history.add(record, options(6))
        }
        let kept = history.records.map { $0.validation?.perCase }
        #expect(kept == [nil, nil, nil, nil, [0.6, nil], nil])
        // As a model's record is read back.
        #expect(EpochHistory(history.records, options(6)) == history)
        try withTemporaryFolder { folder in
            let log = RunLog(path: folder.appending(path: "log.jsonl").path)
            try log.restore(history.records)
            try log.append(history.records[4])
            #expect(try !String(contentsOfFile: log.path, encoding: .utf8).contains("perCase"))
        }
        history.loseBest()
        #expect(history.records[4].validation?.perCase == nil)
    }

    @Test("a label is a miss in cases that lack it, and says nothing where all of them do")
    func falsePositives() {
        let found = Overlap(reference: 4, prediction: 4, shared: 4)
        let madeUp = Overlap(prediction: 1)
        let some = ValidationDice(cases: [[found, madeUp], [madeUp, madeUp]], values: [1, 5])
        #expect(some.perLabel == ["1": 0.5] && some.mean == 0.5)
        #expect(some.absent == ["5": 2])
        let none = ValidationDice(cases: [[madeUp], [Overlap()]], values: [1])
        #expect(none.mean == nil && none.perLabel.isEmpty && none.absent == ["1": 2])
    }
}

extension EpochRecord {
    static func example(epoch: Int, dice: Double?) -> EpochRecord {
        EpochRecord(
            epoch: epoch, loss: 1, learningRate: 1,
            validation: ValidationDice(mean: dice, perLabel: [:], absent: [:]), seconds: 1,
            validationSeconds: 1, waitSeconds: 0, finished: "")
    }
}

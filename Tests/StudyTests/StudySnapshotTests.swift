import Foundation
import SegNASHost
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Snapshots of studies")
struct StudySnapshotTests {
    private func curve(_ dice: [Double]) -> [TrialEpoch] {
        dice.enumerated().map { index, dice in
            TrialEpoch(
                epoch: index + 1, loss: 1 - dice, dice: dice, dicePerLabel: ["7": dice / 2],
                seconds: 3)
        }
    }

    @Test("all that is recorded, read while another process owns the study")
    func everything() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(creating: SmallStudy.plan(seed: 4), in: path)
            try ledger.run(steps: 30)
            let trial = try #require(try next(ledger))
            // Two runs, of which the first was ended.
            let first = try ledger.begin(trial.number, slot: "cpu/0")
            _ = try ledger.end(first, AttemptEnd(.stopped))
            let second = try ledger.begin(trial.number, slot: "cpu/0")
            usleep(20_000)
            #expect(try StudySnapshot(of: path).trials[trial.number].trial.state == .running)
            _ = try ledger.finish(
                second, .completed(dice: 0.6), epochs: curve([0.4, 0.6, 0.5]))
            let record = try StudySnapshot(of: path)
            #expect(record.trials.count == ledger.sampler.askCount)
            for read in record.trials { #expect(read.trial == (try ledger.trial(read.number))) }
            #expect(record.best?.trial == (try ledger.best()))
            #expect(record.owner?.process == getpid())
            #expect(!record.isComplete)
            let read = record.trials[trial.number]
            #expect(read.attempts == 2)
            #expect(read.seconds >= 0.015 && read.seconds < 60)
            #expect(read.epochs.map(\.dice) == [0.4, 0.6, 0.5])
            #expect(read.epochs.map(\.number) == [1, 2, 3])
            #expect(read.dicePerLabel == ["7": 0.3])
            // Reading changes nothing.
            try ledger.checkInvariants()
            try ledger.run()
            #expect(try StudySnapshot(of: path).isComplete)
        }
    }

    /// The next trial that is to be trained.
    private func next(_ ledger: StudyLedger) throws -> Trial? {
        while true {
            if let trial = try ledger.waiting().first { return trial }
            guard try ledger.ask(SmallStudy.check) != nil else { return nil }
        }
    }

    @Test("the example of the documentation reads the completed trials")
    func documentation() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            try StudyLedger(creating: SmallStudy.plan(seed: 4), in: path).run()
            var lines: [String] = []
            let study = try StudySnapshot(of: path)
            for record in study.trials {
                guard case .completed(let dice)? = record.trial.end else { continue }
                lines.append(
                    "trial \(record.number): Dice \(dice) after \(record.epochs.count) epochs, "
                        + "\(record.trial.architecture)")
            }
            let best = try #require(study.best)
            #expect(lines.contains { $0.hasPrefix("trial \(best.number): Dice") })
            #expect(lines.count == study.trials.count { $0.trial.state == .completed })
        }
    }

    @Test("what is left is a range, the same in a status and a snapshot, and nothing in the end")
    func timeLeft() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(creating: SmallStudy.plan(seed: 4), in: path)
            #expect(try StudyStatus(of: path).likelySecondsLeft == nil)
            for _ in 0..<5 {
                let trial = try #require(try next(ledger))
                let attempt = try ledger.begin(trial.number, slot: "cpu/0")
                usleep(10_000)
                _ = try ledger.finish(attempt, .completed(dice: 0.6))
            }
            let status = try StudyStatus(of: path)
            let (left, range) = (
                try #require(status.secondsLeft), try #require(status.likelySecondsLeft)
            )
            #expect(range.contains(left) && range.lowerBound > 0)
            #expect(range.upperBound >= 1.0999 * left && range.lowerBound <= 0.9001 * left)
            let progress = try StudySnapshot(of: path).progress
            #expect(progress.done == status.iterations)
            #expect(abs((progress.secondsLeft ?? 0) - left) < 1e-6)
            // The time of a training at work is time that is not left: it does not make the pace slower.
            let open = try #require(try next(ledger))
            _ = try ledger.begin(open.number, slot: "cpu/0")
            usleep(200_000)
            let later = try #require(try ledger.progress().secondsLeft)
            #expect(later <= left, "\(later) \(left)")
            try ledger.run()
            #expect(try StudyStatus(of: path).likelySecondsLeft == 0...0)
        }
    }

    @Test("runs that go on, and those that ended without a result")
    func runs() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(creating: SmallStudy.plan(seed: 4), in: path)
            let trial = try #require(try next(ledger))
            let first = try ledger.begin(trial.number, slot: "cpu/0")
            _ = try ledger.end(first, AttemptEnd(.crashed, hasProgressed: true, lastLines: "oh"))
            _ = try ledger.begin(trial.number, slot: "cpu/1")
            let record = try StudySnapshot(of: path)
            #expect(record.runs.map(\.reason) == [.crashed, nil])
            #expect(record.runs.map(\.lastLines) == ["oh", ""])
            #expect(record.runs.map(\.slot) == ["cpu/0", "cpu/1"])
            #expect(record.began == record.runs.first?.began)
        }
    }

    @Test("what is no study")
    func nothing() throws {
        #expect(throws: StudyError.noFolder("/none")) { try StudySnapshot(of: "/none") }
    }
}

import Foundation
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Networks that are trained again at the end")
struct FinalistTests {
    private func withStudy(_ body: (StudyLedger) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1), in: folder.appending(path: "study").path)
            try ledger.run()
            try body(ledger)
        }
    }

    @Test("they are different networks of the highest Dice")
    func ranking() throws {
        try withStudy { ledger in
            let finalists = try ledger.finalists(4)
            let dice = finalists.compactMap { $0.end?.dice }
            #expect(dice.count == 4 && dice == dice.sorted(by: >))
            #expect(finalists[0] == (try ledger.best()) && Set(finalists.map(\.key)).count == 4)
            let completed = ledger.counts[.completed, default: 0]
            #expect(try ledger.finalists(1000).count == completed)
        }
    }

    @Test("the chosen one is the best everywhere, until the budget or the preference changes")
    func choosing() throws {
        try withStudy { ledger in
            let finalists = try ledger.finalists(3)
            try ledger.choose(finalists[2].number)
            #expect(try ledger.best() == finalists[2])
            #expect(try ledger.finalists(3) == finalists)
            let path = ledger.folder.path
            #expect(try StudyStatus(of: path).best == finalists[2])
            #expect(try StudySnapshot(of: path).best?.trial == finalists[2])
            try ledger.prefer(.small, images: nil)
            #expect(ledger.plan.chosen == nil)
            try ledger.prefer(.best, images: nil)
            #expect(try ledger.best() == finalists[0])
            try ledger.choose(finalists[1].number)
            try ledger.changeBudget(to: .iterations(81))
            #expect(try ledger.best() == finalists[0])
        }
    }

    @Test("rivals are the first network, if it was given, and the best of those drawn at random")
    func rivals() throws {
        try withStudy { ledger in
            let rivals = try StudyStatus(of: ledger.folder.path).rivals
            let trials = try (0..<80).map { try ledger.trial($0) }
            let drawn = trials.filter {
                $0.state == .completed && $0.proposal.origin == .uniform
            }
            #expect(rivals.baseline == nil && rivals.randomCount == drawn.count)
            #expect(rivals.random?.dice == drawn.compactMap(\.dice).max())
        }
    }

    @Test("the network that a search begins with is trained again with the best ones")
    func baseline() throws {
        try withTemporaryFolder { folder in
            var plan = SmallStudy.plan(seed: 1)
            let space = try plan.searchSpace()
            // The smallest one, which the search leaves behind.
            plan.sampler.first = space.bounds.map(\.lowerBound)
            plan.sampler.first?[2] = 1
            plan.sampler.first?[4] = 1
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(creating: plan, in: path)
            try ledger.run()
            #expect(try ledger.trial(0).state == .completed)
            let finalists = try ledger.finalists(3)
            #expect(finalists.count == 4 && finalists[3].number == 0)
            #expect(try StudyStatus(of: path).rivals.baseline == finalists[3])
            #expect(try ledger.finalists(1).count == 1)
            // Where it is among the best, once.
            let all = try ledger.finalists(1000)
            #expect(Set(all.map(\.number)).count == all.count && all.last?.number != nil)
        }
    }

    @Test("the Dice of each case is read from the result of a trial, and of its last stage")
    func caseDice() throws {
        try withStudy { ledger in
            let trial = try ledger.finalists(1)[0]
            let folder = ledger.folder
            #expect(folder.caseDice(of: trial, rungs: nil) == nil)
            for (stage, dice) in [(nil, 0.5), (3, 0.25), (9, 0.75)] as [(Int?, Double)] {
                let files = TrialFolder(folder.trial(trial.number), stage: stage)
                try FileManager.default.createDirectory(
                    atPath: files.exchange, withIntermediateDirectories: true)
                let request = TrialRequest(trial, of: ledger.plan, stage: stage)
                try request.write(in: files)
                let epochs = [
                    TrialEpoch(epoch: 1, loss: 1, dice: 0.1, seconds: 1),
                    TrialEpoch(
                        epoch: 2, loss: 1, dice: dice, dicePerCase: [dice, nil], seconds: 1),
                ]
                let result = TrialResult(
                    for: request, run: "r", outcome: .completed(dice: dice), epochs: epochs)
                #expect(try result.publish(in: files))
                #expect(TrialResult(of: request, in: files)?.epochs == epochs)
            }
            #expect(folder.caseDice(of: trial, rungs: nil) == [0.5, nil])
            #expect(folder.caseDice(of: trial, rungs: [3, 9]) == [0.75, nil])
            #expect(folder.caseDice(of: trial, rungs: [3, 27]) == [0.25, nil])
        }
    }
}

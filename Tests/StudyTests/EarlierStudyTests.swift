import Foundation
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Studies that learn from earlier ones")
struct EarlierStudyTests: CoordinatorScene {
    /// The record of a random search of the small space.
    private func record(in folder: URL) throws -> StudySnapshot {
        let path = folder.appending(path: "old").path
        let plan = SmallStudy.plan(seed: 1, budget: .iterations(60), method: .random)
        try StudyLedger(creating: plan, in: path).run()
        return try StudySnapshot(of: path)
    }

    /// The plan of a search by a model that knows it, of so many trials.
    private func plan(
        knowing record: StudySnapshot, budget: StudyPlan.Budget = .iterations(24)
    ) throws -> StudyPlan {
        var plan = SmallStudy.plan(seed: 2, budget: budget, method: .model)
        plan.learn(from: [
            try EarlierStudy(
                named: "old", study: record.plan.study.uuidString, record.trainings,
                of: record.space, for: plan.sampler, in: record.space)
        ])
        return plan
    }

    @Test("what a study has trained: all that is completed, and with rungs every stage")
    func trainings() throws {
        try withTemporaryFolder { folder in
            let plain = try record(in: folder)
            let completed = plain.trials.map(\.trial).filter { $0.state == .completed }
            #expect(completed.count > 5)
            #expect(plain.trainings.map(\.number) == completed.map(\.number))
            #expect(plain.trainings.map { Optional($0.value) } == completed.map(\.value))
            #expect(plain.trainings.allSatisfy { $0.rungsBelow == 0 })
            let path = folder.appending(path: "ladder").path
            let cluster = FakeCluster()
            let ledger = try StudyLedger(creating: LadderStudyTests.plan(.random), in: path)
            _ = try run(coordinator(ledger, cluster, slots: 1), on: cluster)
            let ladder = try StudySnapshot(of: path)
            let whole = ladder.trainings.filter { $0.rungsBelow == 0 }
            let short = ladder.trainings.filter { $0.rungsBelow == 1 }
            #expect(whole.count + short.count == ladder.trainings.count)
            func numbers(_ states: [TrialState]) -> [Int] {
                ladder.trials.filter { states.contains($0.trial.state) }.map(\.number)
            }
            #expect(whole.map(\.number).sorted() == numbers([.completed]))
            #expect(short.map(\.number).sorted() == numbers([.completed, .stopped]))
            for training in whole {
                #expect(training.value == ladder.trials[training.number].trial.value)
            }
        }
    }

    @Test("opened again at any moment after the earlier one is gone, it ends as one that was not")
    func resumed() throws {
        try withTemporaryFolder { folder in
            let plan = try plan(knowing: record(in: folder))
            #expect(plan.schema == 3)
            let whole = folder.appending(path: "whole").path
            try StudyLedger(creating: plan, in: whole).run()
            try FileManager.default.removeItem(at: folder.appending(path: "old"))
            let path = folder.appending(path: "study").path
            try StudyLedger(creating: plan, in: path).run(steps: 5)
            for _ in 0..<40 {
                let ledger = try StudyLedger(opening: path)
                try ledger.checkInvariants()
                try ledger.run(steps: 2)
            }
            let ledger = try StudyLedger(opening: path)
            #expect(try ledger.summary() == StudyLedger(opening: whole).summary())
            #expect(ledger.plan.sampler == plan.sampler && ledger.plan.schema == 3)
            // What is delivered is known to all, and a larger budget is taken.
            let status = try StudyStatus(of: path)
            #expect(try status.best?.number == ledger.best()?.number)
            #expect(status.expectation != nil)
            try ledger.changeBudget(to: .iterations(30))
            try ledger.record(StudyConditions())
            #expect(try StudyPlan(in: ledger.folder).schema == 3)
        }
    }

    @Test("what was taken over and has been changed is refused, with the name of the study")
    func changed() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let plan = try plan(knowing: record(in: folder))
            try StudyLedger(creating: plan, in: path).run(steps: 3)
            let file = StudyFolder(path).plan
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try Data(text.replacing("\"trained\" : ", with: "\"trained\" : 1").utf8)
                .write(to: URL(filePath: file))
            let expected = StudyError.plan(
                file: file, reason: "what it took over from the study old has been changed")
            #expect(throws: expected) { try StudyLedger(opening: path) }
            #expect(throws: expected) { try StudyStatus(of: path) }
        }
    }
}

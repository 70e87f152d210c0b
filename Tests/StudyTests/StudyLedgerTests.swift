import Foundation
import GRDB
import SegNASRandomness
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Ledger of a study")
struct StudyLedgerTests {
    @Test("a whole search: illegal, too large, out of memory, cached and completed")
    func whole() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(creating: SmallStudy.plan(seed: 1), in: path)
            try ledger.run()
            try ledger.checkInvariants()
            #expect(ledger.sampler.askCount == 80 && ledger.sampler.tellCount == 80)
            #expect(ledger.isBudgetSpent)
            let states = Set(ledger.counts.keys)
            #expect(states == [.completed, .cached, .illegal, .outOfMemory])
            let status = try StudyStatus(of: path)
            #expect(status.counts == ledger.counts)
            #expect(status.owner == .current())
            let best = try #require(status.best)
            let dice = try (0..<80).compactMap { try ledger.trial($0).end?.dice }
            #expect(best.end?.dice == dice.max())
            let cached = try (0..<80).lazy.map { try ledger.trial($0) }.first {
                $0.state == .cached
            }
            guard case .cached(let source, _)? = try #require(cached).end else { return }
            #expect(try ledger.trial(source).end?.value == cached?.end?.value)
            #expect(try ledger.trial(source).key == cached?.key)
        }
    }

    @Test(
        "stopped at any step and opened again, the sequence is the same",
        arguments: [1, 2] as [UInt64], [SamplerPlan.Method.crs, .model])
    func resumed(_ seed: UInt64, _ method: SamplerPlan.Method) throws {
        try withTemporaryFolder { folder in
            let plan = SmallStudy.plan(
                seed: seed, budget: .iterations(method == .model ? 45 : 80), method: method)
            let undisturbed = try StudyLedger(
                creating: plan, in: folder.appending(path: "a").path)
            try undisturbed.run()
            let path = folder.appending(path: "b").path
            _ = try StudyLedger(creating: plan, in: path)
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<15 {
                let ledger = try StudyLedger(opening: path)
                try ledger.checkInvariants()
                try ledger.run(steps: generator.index(below: 12))
                // Ended in the middle of a training.
                if let trial = try ledger.waiting().first {
                    _ = try ledger.begin(trial.number, slot: "cpu/0")
                }
            }
            let ledger = try StudyLedger(opening: path)
            try ledger.run()
            #expect(try ledger.summary() == undisturbed.summary())
        }
    }

    /// Any events in any order that workers and machines can bring about.
    @Test(
        "invariants hold after every step of a chaotic study",
        arguments: [1, 2] as [UInt64], SamplerPlan.Method.allCases)
    func chaos(_ seed: UInt64, _ method: SamplerPlan.Method) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            var ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: seed, budget: .iterations(30), method: method),
                in: path)
            var generator = SeededGenerator(seed: seed, path: 1)
            var steps = 0
            while ledger.sampler.tellCount < 30, steps < 2000 {
                steps += 1
                ledger = try step(ledger, at: path, using: &generator)
                try ledger.checkInvariants()
            }
            #expect(ledger.sampler.tellCount == 30, "\(ledger.counts)")
        }
    }

    private func step(
        _ ledger: StudyLedger, at path: String, using generator: inout SeededGenerator
    ) throws -> StudyLedger {
        let open = try ledger.openAttempts()
        let waiting = try ledger.waiting()
        switch generator.index(below: 10) {
        case 0, 1, 2:
            if waiting.count < 4 { _ = try ledger.ask(SmallStudy.check) }
        case 3, 4, 5:
            guard open.count < 5, !waiting.isEmpty else { break }
            let trial = waiting[generator.index(below: waiting.count)]
            let attempt = try ledger.begin(trial.number, slot: "cpu/0")
            if generator.chance(0.9) {
                let launched = try ledger.launched(attempt, as: JobHandle("1"))
                #expect(try ledger.openAttempts().contains(launched))
            }
        case 6, 7:
            guard !open.isEmpty else { break }
            let attempt = open[generator.index(below: open.count)]
            let trial = try ledger.trial(attempt.trial)
            let ended = try ledger.finish(
                attempt, SmallStudy.end(of: trial),
                epochs: [TrialEpoch(epoch: 1, loss: 1, dice: 0.5, seconds: 2)])
            #expect(ended.allSatisfy { $0.key == trial.key && $0.tellSerial != nil })
        case 8:
            guard !open.isEmpty else { break }
            let reasons = AttemptEnd.Reason.allCases.filter { $0 != .result }
            let end = AttemptEnd(
                reasons[generator.index(below: reasons.count)],
                hasProgressed: generator.chance(0.2), lastLines: "the end")
            _ = try ledger.end(open[generator.index(below: open.count)], end)
        default:
            switch generator.index(below: 3) {
            case 0: _ = try ledger.reportFailures()
            case 1: _ = try ledger.requeueFailures()
            default: return try reopened(ledger, at: path)
            }
        }
        return ledger
    }

    /// The study in a copy of its files as they are while it is open: what a crash would leave.
    private func reopened(_ ledger: StudyLedger, at path: String) throws -> StudyLedger {
        let copy = path + ".copy"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        for name in ["plan.json", "study.sqlite", "study.sqlite-wal", "study.lock"]
        where FileManager.default.fileExists(atPath: "\(path)/\(name)") {
            try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: "\(copy)/\(name)")
        }
        let crashed = try StudyLedger(opening: copy)
        #expect(try crashed.summary() == ledger.summary())
        #expect(try crashed.openAttempts() == ledger.openAttempts())
        return ledger
    }

    @Test(
        "an attempt that makes no progress counts, and the last makes a failure that is held back")
    func attempts() throws {
        try withTemporaryFolder { folder in
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1), in: folder.appending(path: "s").path)
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
            let number = try ledger.waiting()[0].number
            func attempt(_ end: AttemptEnd) throws -> Trial {
                try ledger.end(ledger.begin(number, slot: "cpu/0"), end)
            }
            let reported = ledger.sampler.tellCount
            for reason in [AttemptEnd.Reason.stopped, .crashed, .stopped] {
                #expect(try attempt(AttemptEnd(reason)).state == .queued)
            }
            #expect(try attempt(AttemptEnd(.crashed, hasProgressed: true)).state == .queued)
            #expect(try attempt(AttemptEnd(.hung)).state == .queued)
            let failed = try attempt(AttemptEnd(.timedOut, lastLines: "last words"))
            #expect(failed.state == .failed && failed.tellSerial == nil)
            #expect(ledger.sampler.tellCount == reported)
            #expect(try ledger.attempts(of: number).count == 6)
            #expect(
                try ledger.attempts(of: number)[5].state
                    == .ended(AttemptEnd(.timedOut, lastLines: "last words")))
            #expect(throws: StudyError.transition(trial: number, from: .failed, to: .running)) {
                try ledger.begin(number, slot: "cpu/0")
            }
            #expect(try ledger.requeueFailures().map(\.number) == [number])
            for _ in 0..<2 { #expect(try attempt(AttemptEnd(.crashed)).state == .queued) }
            #expect(try attempt(AttemptEnd(.crashed)).state == .failed)
            let ends = try ledger.reportFailures()
            #expect(ends.map(\.tellSerial) == [reported] && ends[0].end?.value == worstValue)
            #expect(try ledger.requeueFailures().isEmpty)
            try ledger.checkInvariants()
            // Reported or not, it is one of the failures in a row until something is trained.
            #expect(try ledger.failures().map(\.number) == [number])
            #expect(try !ledger.hasResult())
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
            _ = try ledger.finish(
                ledger.begin(ledger.waiting()[0].number, slot: "cpu/0"), .completed(dice: 0.5))
            #expect(try ledger.failures().isEmpty && ledger.hasResult())
        }
    }

    @Test(
        "settings of training, names among them, come back from the database and from requests",
        arguments: SamplerPlan.Method.allCases)
    func settings(_ method: SamplerPlan.Method) throws {
        try withTemporaryFolder { folder in
            var plan = SmallStudy.plan(seed: 4, budget: .iterations(30), method: method)
            plan.space += """

                loss: [exponential-logarithmic, dice-cross-entropy]
                optimizer: [adamw, sgd]
                momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}
                """
            plan.sampler.population = method == .crs ? 12 : nil
            plan.sampler.usual = [.loss: "dice-cross-entropy", .optimizer: "sgd", .momentum: 0.9]
            let path = folder.appending(path: "s").path
            try StudyLedger(creating: plan, in: path).run()
            let opened = try StudyLedger(opening: path)
            try opened.checkInvariants()
            #expect(opened.sampler.askCount == 30)
            for number in 0..<30 {
                let trial = try opened.trial(number)
                let candidate = opened.space.decode(trial.proposal.point)
                #expect(trial.hyperparameters == candidate.hyperparameters)
                #expect(trial.key == candidate.key)
                let isSGD = trial.hyperparameters[.optimizer] == "sgd"
                #expect((trial.hyperparameters[.momentum] != nil) == isSGD)
                let request = TrialRequest(trial, of: opened.plan)
                let requested = TrialFolder(folder.path)
                try request.write(in: requested)
                #expect(TrialRequest(in: requested) == request)
                #expect(request.hyperparameters == trial.hyperparameters)
            }
            let all = try (0..<30).map { try opened.trial($0).hyperparameters }
            #expect(Set(all.map { $0[.loss] }).count == 2)
            #expect(Set(all.map { $0[.optimizer] }) == ["adamw", "sgd"])
            if method == .model {
                #expect(all[0] == [.loss: "dice-cross-entropy", .optimizer: "sgd", .momentum: 0.9])
            }
        }
    }

    @Test("steps that a trial cannot take are refused, by the database too")
    func refused() throws {
        try withTemporaryFolder { folder in
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(seed: 1), in: folder.appending(path: "s").path)
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
            let number = try ledger.waiting()[0].number
            let attempt = try ledger.begin(number, slot: "cpu/0")
            #expect(throws: StudyError.transition(trial: number, from: .running, to: .running)) {
                try ledger.begin(number, slot: "cpu/1")
            }
            _ = try ledger.finish(attempt, .completed(dice: 0.5))
            #expect(throws: StudyError.self) { try ledger.finish(attempt, .completed(dice: 0.5)) }
            #expect(throws: StudyError.self) { try ledger.end(attempt, AttemptEnd(.crashed)) }
            for change in [
                "UPDATE trial SET dice = 0.9 WHERE number = \(number)",
                "UPDATE trial SET state = 'running', endedAt = NULL WHERE number = \(number)",
                "DELETE FROM trial WHERE number = \(number)",
                "INSERT INTO attempt (trial, number, slot) VALUES (999, 1, '')",
            ] {
                #expect(throws: StudyError.self, "\(change)") {
                    try ledger.database.write { db in try db.execute(sql: change) }
                }
            }
            try ledger.checkInvariants()
        }
    }

    @Test(
        "a search of so many trainings ends when its sampler finds nothing new, one of so many proposals does not",
        arguments: [SamplerPlan.Method.crs, .random])
    func barren(_ method: SamplerPlan.Method) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(
                    seed: 1, budget: .effectiveIterations(5000), method: method), in: path)
            try ledger.run()
            let count = ledger.sampler.askCount
            let trained = try (0..<count).last { try ledger.trial($0).state == .completed }
            #expect(count == 1000 + 1 + (try #require(trained)))
            #expect(try ledger.recordExhaustion())
            #expect(try StudySnapshot(of: path).isComplete)
        }
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let again = try StudyLedger(
                creating: SmallStudy.plan(seed: 1, budget: .iterations(2500), method: method),
                in: path)
            try again.run()
            #expect(again.sampler.askCount == 2500)
            #expect(try !again.recordExhaustion())
        }
    }

    @Test("the budget counts proposals or trainings, and can be changed")
    func budget() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "s").path
            let ledger = try StudyLedger(
                creating: SmallStudy.plan(
                    seed: 5, budget: .effectiveIterations(6), method: .random), in: path)
            try ledger.run()
            #expect(ledger.counts[.completed] == 6)
            #expect(throws: StudyError.self) { try ledger.changeBudget(to: .iterations(100)) }
            try ledger.changeBudget(to: .effectiveIterations(7))
            try ledger.run()
            #expect(ledger.counts[.completed] == 7)
            #expect(try StudyPlan(in: ledger.folder).budget == .effectiveIterations(7))
            // A smaller one is spent already.
            try ledger.changeBudget(to: .effectiveIterations(3))
            #expect(ledger.isBudgetSpent)
            try ledger.run()
            #expect(ledger.counts[.completed] == 7)
            #expect(try StudyPlan(in: ledger.folder).budget == .effectiveIterations(3))
        }
    }
}

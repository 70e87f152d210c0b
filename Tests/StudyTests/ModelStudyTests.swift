import Foundation
import GRDB
import SegNASHost
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Studies by a model")
struct ModelStudyTests {
    private func withStudy(
        _ method: SamplerPlan.Method = .model, _ preference: StudyPlan.Preference? = nil,
        _ body: (StudyLedger) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            var plan = SmallStudy.plan(seed: 1, budget: .effectiveIterations(12), method: method)
            plan.preference = preference
            let ledger = try StudyLedger(creating: plan, in: folder.appending(path: "study").path)
            try body(ledger)
            try ledger.checkInvariants()
        }
    }

    /// The next trial that is trained, with the Dice of its epochs.
    private func train(_ ledger: StudyLedger, _ dice: [Double]) throws -> Trial {
        while try ledger.waiting().isEmpty {
            _ = try #require(try ledger.ask { .train(TrialCost(parameters: $0.network.n)) })
        }
        let attempt = try ledger.begin(ledger.waiting()[0].number, slot: "cpu/0")
        let epochs = dice.enumerated().map { index, dice in
            TrialEpoch(epoch: index + 1, loss: 1, dice: dice, seconds: 1)
        }
        let best = dice.suffix(dice.count - dice.count / 2).max() ?? 0
        return try ledger.finish(attempt, .completed(dice: best), epochs: epochs)[0]
    }

    @Test("a model is told the mean of the last half of the epochs, users the best of them")
    func told() throws {
        try withStudy { ledger in
            let trial = try train(ledger, [0.1, 0.2, 0.5, 0.8, 0.3])
            #expect(trial.end?.dice == 0.8)
            let mean = (0.5 + 0.8 + 0.3) / 3
            #expect(abs((trial.value ?? 0) + log(mean)) < 1e-12)
            // A training that diverged.
            let diverged = try train(ledger, [])
            #expect(diverged.value == -log(1e-4))
            #expect(try ledger.trial(0) == trial)
        }
        try withStudy(.crs) { ledger in
            let trial = try train(ledger, [0.1, 0.2, 0.5, 0.8, 0.3])
            #expect(trial.value == -log(0.8))
        }
    }

    @Test("a lucky epoch does not win, and everywhere the same trial is delivered")
    func lucky() throws {
        for method in [SamplerPlan.Method.model, .crs] {
            try withStudy(method) { ledger in
                let good = try train(ledger, [0.7, 0.7, 0.7, 0.7])
                let lucky = try train(ledger, [0.1, 0.1, 0.1, 0.9])
                for _ in 0..<6 { _ = try train(ledger, [0.3, 0.3, 0.4, 0.4]) }
                let expected = method == .model ? good.number : lucky.number
                #expect(try ledger.best()?.number == expected)
                let status = try StudyStatus(of: ledger.folder.path)
                let snapshot = try StudySnapshot(of: ledger.folder.path)
                #expect(status.best?.number == expected && snapshot.best?.number == expected)
                guard method == .model else {
                    #expect(status.expectation == nil && snapshot.expectations.isEmpty)
                    return
                }
                let expectation = try #require(status.expectation)
                #expect(snapshot.expectations[expected] == expectation)
                #expect(snapshot.expectations.count == 8)
                #expect((0.5...0.75).contains(expectation.dice))
                #expect(expectation.likely.contains(expectation.dice))
                #expect(try ledger.candidates().map(\.number).first == expected)
                #expect(try ledger.candidates().count == 8)
            }
        }
    }

    @Test(
        "the fewest parameters among those that are as good as the best, as far as is known",
        arguments: [SamplerPlan.Method.model, .crs])
    func small(_ method: SamplerPlan.Method) throws {
        try withStudy(method) { ledger in
            // As good as each other, but for two; the parameters are the channels of the first block.
            var channels: [Int: Int] = [:]
            for index in 0..<10 {
                let dice = index < 2 ? 0.2 : 0.7 + 0.001 * Double(index)
                let trial = try train(ledger, [dice, dice])
                if index >= 2 { channels[trial.number] = trial.cost?.parameters }
            }
            let best = try #require(try ledger.best())
            try ledger.prefer(.small, images: nil)
            let small = try #require(try ledger.best())
            #expect(try StudyPlan(in: ledger.folder).preference == .small)
            let fewest = try #require(small.cost?.parameters)
            #expect(fewest == channels.values.min())
            #expect(fewest <= best.cost?.parameters ?? 0)
            #expect(try StudyStatus(of: ledger.folder.path).best?.number == small.number)
            #expect(try StudySnapshot(of: ledger.folder.path).best?.number == small.number)
            try ledger.prefer(.best, images: nil)
            #expect(try ledger.best()?.number == best.number)
        }
    }

    @Test(
        "what is over a limit costs nothing, with its reason and its cost",
        arguments: [
            SamplerPlan.Method.model, .crs, .random,
        ])
    func limits(_ method: SamplerPlan.Method) throws {
        try withTemporaryFolder { folder in
            var plan = SmallStudy.plan(seed: 1, budget: .iterations(30), method: method)
            let limits = NetworkLimits(parameters: 40_000)
            plan.sampler.limits = limits
            let ledger = try StudyLedger(creating: plan, in: folder.appending(path: "study").path)
            func check(_ candidate: Candidate) -> Feasibility {
                guard
                    let network = try? NetworkPlan(
                        candidate.architecture, channels: 1, classes: 3)
                else { return .illegal(reason: "no network") }
                let cost = TrialCost(
                    parameters: network.parameters,
                    operations: network.multiplyAdds(size: [16, 16, 16]))
                return limits.excess(
                    parameters: cost.parameters, operations: cost.operations ?? 0
                ).map { .overLimit(reason: $0, cost) } ?? .train(cost)
            }
            while let trial = try ledger.ask(check) {
                guard trial.state == .queued else { continue }
                let attempt = try ledger.begin(trial.number, slot: "cpu/0")
                _ = try ledger.finish(attempt, .completed(dice: 0.5))
            }
            let trials = try (0..<ledger.sampler.askCount).map { try ledger.trial($0) }
            let over = trials.filter { $0.cost?.parameters ?? 0 > 40_000 }
            for trial in over {
                #expect(trial.end == .illegal(reason: "over the limit of 40,000 parameters"))
                #expect(trial.value == worstValue && trial.cost?.operations ?? 0 > 0)
            }
            // The model does not even propose them.
            #expect(over.isEmpty == (method == .model))
            #expect(ledger.counts[.completed, default: 0] > (method == .model ? 15 : 1))
            try ledger.checkInvariants()
            let opened = try StudyPlan(in: ledger.folder)
            #expect(opened.sampler.limits == limits)
            var other = opened
            other.sampler.limits = NetworkLimits(parameters: 30_000, operations: 5)
            #expect(
                opened.differences(to: other) == [
                    .init(name: "`maxParameters`", before: "40000", now: "30000"),
                    .init(name: "`maxOperations`", before: nil, now: "5"),
                ])
        }
    }

    @Test("a study of the version before, without proposals of models, is moved and goes on")
    func former() throws {
        try withTemporaryFolder { folder in
            let plan = SmallStudy.plan(seed: 1, budget: .iterations(40))
            let path = folder.appending(path: "study").path
            try StudyLedger(creating: plan, in: path).run(steps: 50)
            let before = try summary(path)
            // What that version had not.
            let queue = try DatabaseQueue(path: StudyFolder(path).database)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON")
                let columns = try db.columns(in: "trial").map(\.name).filter {
                    $0 != "scales" && $0 != "operations"
                }
                let table = try String.fetchOne(
                    db, sql: "SELECT sql FROM sqlite_master WHERE name = 'trial'")
                let former = try #require(table)
                    .replacing("scales TEXT,", with: "").replacing("operations INTEGER,", with: "")
                    .replacing(", 'model'", with: "")
                    .replacing("CHECK ((origin = 'model') = (scales IS NOT NULL)),", with: "")
                    .replacing(" AND operations IS NULL", with: "")
                let list = columns.joined(separator: ", ")
                for statement in [
                    "DELETE FROM grdb_migrations WHERE identifier = '2'",
                    "ALTER TABLE trial RENAME TO newer", former,
                    "INSERT INTO trial (\(list)) SELECT \(list) FROM newer", "DROP TABLE newer",
                ] { try db.execute(sql: statement) }
            }
            try queue.close()
            // Reading changes nothing.
            #expect(try StudySnapshot(of: path).trials.count == before.count)
            #expect(try summary(path) == before)
            let ledger = try StudyLedger(opening: path)
            try ledger.checkInvariants()
            try ledger.run()
            #expect(ledger.sampler.tellCount == 40)
        }
    }

    private func summary(_ path: String) throws -> [String] {
        try StudyLedger(opening: path).summary()
    }
}

import Foundation
import GRDB
import SegNASRandomness
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Studies with rungs")
struct LadderStudyTests: CoordinatorScene {
    static let rungs = [3, 9]

    static func plan(
        _ method: SamplerPlan.Method = .crs, budget: StudyPlan.Budget = .iterations(40)
    ) -> StudyPlan {
        var plan = SmallStudy.plan(seed: 1, budget: budget, method: method)
        plan.rungs = rungs
        return plan
    }

    private func withLadder(
        _ method: SamplerPlan.Method = .crs, budget: StudyPlan.Budget = .iterations(40),
        _ body: (StudyLedger, FakeCluster) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            try body(
                try StudyLedger(creating: Self.plan(method, budget: budget), in: path),
                FakeCluster())
        }
    }

    private func trials(_ ledger: StudyLedger) throws -> [Trial] {
        try (0..<ledger.sampler.askCount).map { try ledger.trial($0) }
    }

    @Test(
        "trials pause at the first rung, one of three goes on, and the others are stopped in the end",
        arguments: [SamplerPlan.Method.crs, .random, .model], [1, 3])
    func whole(_ method: SamplerPlan.Method, _ slots: Int) throws {
        try withLadder(method) { ledger, cluster in
            var pauses = 0
            let isOver = try run(coordinator(ledger, cluster, slots: slots), on: cluster) {
                events in
                for case .paused(let trial) in events {
                    #expect(trial.state == .paused && trial.tellSerial == nil)
                    pauses += 1
                }
            }
            #expect(isOver)
            let trials = try trials(ledger)
            let (completed, stopped) = (
                trials.filter { $0.state == .completed }, trials.filter { $0.state == .stopped }
            )
            #expect(trials.allSatisfy { $0.state.isEnd })
            #expect(!completed.isEmpty && !stopped.isEmpty)
            #expect(completed.count <= pauses / 3 + (method == .model ? 1 : 0))
            let spent = (pauses - completed.count) * 3 + completed.count * 9
            for trial in completed {
                for stage in Self.rungs {
                    let folder = TrialFolder(ledger.folder.trial(trial.number), stage: stage)
                    #expect(FileManager.default.fileExists(atPath: folder.result))
                }
            }
            let snapshot = try StudySnapshot(of: ledger.folder.path)
            #expect(snapshot.best?.trial.state == .completed)
            #expect(snapshot.epochsTrained <= spent && snapshot.epochsTrained > 20)
            // The small space may be used up before the epochs are.
            let isExhausted = try ledger.recordExhaustion()
            let isComplete = try StudySnapshot(of: ledger.folder.path).isComplete
            #expect(isComplete || method == .crs)
            #expect(isExhausted ? method == .model : true)
        }
    }

    @Test(
        "a search of so many epochs ends when its sampler finds nothing new, and paused trials stop"
    )
    func barren() throws {
        try withLadder(budget: .effectiveEpochs(100_000)) { ledger, cluster in
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            #expect(try ledger.recordExhaustion())
            let trials = try trials(ledger)
            #expect(trials.allSatisfy { $0.state.isEnd })
            #expect(trials.contains { $0.state == .stopped })
            #expect(trials.suffix(1000).allSatisfy { $0.state != .completed })
            #expect(try StudySnapshot(of: ledger.folder.path).isComplete)
        }
    }

    @Test(
        "killed and opened again at any moment, it ends as one that was not",
        arguments: [SamplerPlan.Method.crs, .random, .model])
    func killed(_ method: SamplerPlan.Method) throws {
        var expected: [String] = []
        try withLadder(method) { ledger, cluster in
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            expected = try ledger.summary()
        }
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let cluster = FakeCluster()
            var generator = SeededGenerator(seed: 5)
            _ = try StudyLedger(creating: Self.plan(method), in: path)
            var isOver = false
            for _ in 0..<10_000 where !isOver {
                let ledger = try StudyLedger(opening: path)
                try ledger.checkInvariants()
                let coordinator = try coordinator(ledger, cluster)
                for _ in 0..<(1 + generator.index(below: 5)) where !isOver {
                    isOver = try coordinator.step(now: cluster.now) == nil
                    try cluster.advance(by: 20)
                }
            }
            let ledger = try StudyLedger(opening: path)
            #expect(try ledger.summary() == expected)
            #expect(cluster.starts.count == cluster.trained.values.reduce(0, +))
        }
    }

    @Test("a lost database is made again from the results of all stages: nothing is trained again")
    func lost() throws {
        try withLadder { ledger, cluster in
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            let (expected, starts) = (try ledger.summary(), cluster.starts.count)
            try withTemporaryFolder { folder in
                let copy = folder.appending(path: "copy")
                try FileManager.default.copyItem(
                    at: URL(filePath: ledger.folder.path), to: copy)
                for name in ["study.sqlite", "study.sqlite-wal", "study.sqlite-shm", "study.lock"] {
                    try? FileManager.default.removeItem(at: copy.appending(path: name))
                }
                try? FileManager.default.removeItem(at: copy.appending(path: "study.backup.sqlite"))
                let again = try StudyLedger(opening: copy.path)
                #expect(try run(coordinator(again, cluster), on: cluster))
                #expect(try again.summary() == expected)
                #expect(cluster.starts.count == starts)
            }
        }
    }

    @Test("with a larger budget, trials that were stopped may go on")
    func larger() throws {
        try withLadder(.random, budget: .effectiveIterations(2)) { ledger, cluster in
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            let stopped = try trials(ledger).filter { $0.state == .stopped }.map(\.number)
            #expect(!stopped.isEmpty)
            #expect(try StudySnapshot(of: ledger.folder.path).isComplete)
            try ledger.changeBudget(to: .effectiveIterations(6))
            #expect(try !StudySnapshot(of: ledger.folder.path).isComplete)
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            let states = try stopped.map { try ledger.trial($0).state }
            #expect(states.allSatisfy { $0 == .stopped || $0 == .completed }, "\(states)")
            #expect(ledger.counts[.completed, default: 0] >= 2)
            let (spent, all) = try #require(ledger.epochs)
            #expect(all == 54 && spent <= 54 && spent > 45)
            #expect(try StudyStatus(of: ledger.folder.path).epochs?.done == spent)
            // A smaller one is spent, not exceeded.
            try ledger.changeBudget(to: .effectiveIterations(3))
            let epochs = try #require(StudyStatus(of: ledger.folder.path).epochs)
            #expect(epochs == (spent, spent))
        }
    }

    @Test("trials are counted without those that go on, which still do")
    func iterations() throws {
        try withLadder(.random, budget: .iterations(40)) { ledger, cluster in
            #expect(try run(coordinator(ledger, cluster, slots: 2), on: cluster))
            #expect(ledger.sampler.askCount == 40)
            let trained = try trials(ledger).count { [.completed, .stopped].contains($0.state) }
            let completed = ledger.counts[.completed, default: 0]
            #expect(completed >= trained / 3 - 1 && completed <= trained / 3)
            #expect(try StudySnapshot(of: ledger.folder.path).isComplete)
        }
    }

    @Test("a failure in a later stage is the trial's, and what it had shown before stays")
    func failures() throws {
        try withLadder(.random, budget: .effectiveEpochs(45)) { ledger, cluster in
            var failing: Int?
            cluster.fate = { order in
                guard order.stage == 9, failing ?? order.trial == order.trial else {
                    return .train
                }
                failing = order.trial
                return .crash(checkpoints: 0, memory: 10)
            }
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            let trial = try ledger.trial(try #require(failing))
            #expect(trial.state == .failed && trial.value == worstValue)
            let stages = try ledger.database.read { db in try Stage.all(in: db) }
                .filter { $0.trial == trial.number }
            #expect(stages.map(\.report?.isTrained) == [true, false])
            #expect(ledger.counts[.completed, default: 0] > 0)
        }
    }

    @Test("paused trials keep their checkpoints, but for those of the lowest Dice beyond a number")
    func checkpoints() throws {
        try withLadder(.random) { ledger, cluster in
            let coordinator = try coordinator(ledger, cluster)
            let shelf = ModelShelf(ledger.folder)
            func run(_ trial: Trial) -> String {
                TrialFolder(ledger.folder.trial(trial.number)).run
            }
            var isFull = false
            for _ in 0..<500 where !isFull {
                for case .paused(let trial) in try coordinator.step(now: cluster.now) ?? [] {
                    try FileManager.default.createDirectory(
                        atPath: run(trial), withIntermediateDirectories: true)
                }
                try cluster.advance(by: 20)
                isFull = ledger.counts[.paused, default: 0] >= 4
            }
            try shelf.arrange(by: ledger)
            let paused = try ledger.paused()
            #expect(paused.allSatisfy { FileManager.default.fileExists(atPath: run($0)) })
            try shelf.keepPaused(3, by: ledger)
            #expect(
                paused.map { FileManager.default.fileExists(atPath: run($0)) }
                    == [true, true, true] + Array(repeating: false, count: paused.count - 3))
            #expect(paused.map { $0.dice ?? 0 } == paused.map { $0.dice ?? 0 }.sorted(by: >))
        }
    }

    @Test("a stage that was reported cannot be changed or removed")
    func kept() throws {
        try withLadder { ledger, cluster in
            let isOver = try run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver)
            let statements = [
                "UPDATE stage SET value = 1 WHERE trial = 0", "DELETE FROM stage WHERE trial = 0",
            ]
            for statement in statements {
                #expect(throws: StudyError.self) {
                    try ledger.database.write { db in try db.execute(sql: statement) }
                }
            }
        }
    }

    @Test("other rungs are refused")
    func rungs() throws {
        var now = Self.plan()
        now.rungs = [4, 9]
        #expect(Self.plan().differences(to: now).map(\.name) == ["`rungs`"])
        now.rungs = nil
        #expect(Self.plan().differences(to: now).map(\.name) == ["`rungs`"])
    }
}

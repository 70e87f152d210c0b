import Foundation
import GRDB
import SegNASHost
import SegNASRandomness
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Coordinator")
struct CoordinatorTests: CoordinatorScene {
    @Test(
        "one worker: the serial search; several: as many at a time as there are slots",
        arguments: [1, 4])
    func undisturbed(_ slots: Int) throws {
        try withStudy { ledger, cluster in
            #expect(try run(coordinator(ledger, cluster, slots: slots), on: cluster))
            #expect(ledger.sampler.tellCount == 25)
            #expect(cluster.mostAlive == slots)
            #expect(cluster.starts.count == cluster.trained.count)
            guard slots == 1 else { return }
            try withStudy { other, _ in
                try other.run()
                #expect(try other.summary() == ledger.summary())
            }
        }
    }

    @Test(
        "a crash costs an attempt, a crash after a checkpoint none; memory that was full is a result"
    )
    func crashes() throws {
        try withStudy { ledger, cluster in
            cluster.fate = { order in
                switch (order.trial % 3, order.attempt) {
                case (0, 1...2): .crash(checkpoints: 0, memory: 10)
                case (1, 1...5): .crash(checkpoints: order.attempt, memory: 10)
                case (2, 1) where order.trial > 10: .crash(checkpoints: 0, memory: 960)
                default: .train
                }
            }
            var reasons: Set<AttemptEnd.Reason> = []
            #expect(
                try run(coordinator(ledger, cluster, slots: 2), on: cluster) { events in
                    for case .attemptEnded(_, let end) in events { reasons.insert(end.reason) }
                })
            #expect(reasons == [.crashed])
            #expect(ledger.counts[.failed] == nil && ledger.sampler.tellCount == 25)
            #expect(cluster.trained.values.allSatisfy { $0 == 1 })
            let shortages = try (11..<25).map { try ledger.trial($0) }.compactMap { trial in
                if case .outOfMemory(let shortage) = trial.end { shortage } else { nil }
            }
            #expect(shortages.contains(MemoryShortage(.real, needed: 960, limit: 1000)))
        }
    }

    @Test("time without a running worker is not part of an attempt")
    func deadTime() throws {
        try withStudy { ledger, cluster in
            let first = try coordinator(ledger, cluster)
            _ = try first.step(now: cluster.now)
            let trial = cluster.starts[0].trial
            try cluster.advance(by: 20)
            _ = try first.step(now: cluster.now)
            try cluster.advance(by: 100)
            // The result was there an hour before anybody looked.
            let folder = ledger.folder.trial(trial)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where name.hasPrefix("beat.") {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date.now - 3600], ofItemAtPath: "\(folder)/\(name)")
            }
            try ledger.database.write { db in
                try db.execute(sql: "UPDATE attempt SET submittedAt = submittedAt - 3700")
            }
            let next = try coordinator(ledger, cluster)
            _ = try next.step(now: cluster.now)
            let seconds = try ledger.database.read { db in
                try Double.fetchOne(
                    db,
                    sql:
                        "SELECT endedAt - submittedAt FROM attempt WHERE number = 1 AND trial = \(trial)"
                )
            }
            #expect((90...110).contains(try #require(seconds)))
        }
    }

    @Test("with fewer slots than before no worker is started beside those that are left")
    func fewerSlots() throws {
        // Drawn at random: proposals wait for no results.
        try withStudy(method: .random) { ledger, cluster in
            cluster.duration = { $0.slot == "cpu/0" ? 10 : 60 }
            let first = try coordinator(ledger, cluster, slots: 3)
            _ = try first.step(now: cluster.now)
            #expect(cluster.starts.count == 3)
            let next = try coordinator(ledger, cluster)
            for _ in 0..<2 {
                try cluster.advance(by: 20)
                _ = try next.step(now: cluster.now)
            }
            #expect(cluster.starts.count == 3)
            #expect(try run(next, on: cluster))
            #expect(ledger.sampler.tellCount == 25 && cluster.mostAlive == 3)
        }
    }

    @Test(
        "what another network has left in a trial's folder, as after a restored backup, is not in the way"
    )
    func otherNetwork() throws {
        try withStudy { ledger, cluster in
            let number = try firstTrained()
            let folder = TrialFolder(ledger.folder.trial(number))
            let other = SmallStudy.plan(seed: 2, budget: .iterations(25))
            try withTemporaryFolder { elsewhere in
                let path = elsewhere.appending(path: "other").path
                let stranger = try StudyLedger(creating: other, in: path)
                for _ in 0...number { _ = try stranger.ask(SmallStudy.check) }
                let request = TrialRequest(try stranger.trial(number), of: ledger.plan)
                try FileManager.default.createDirectory(
                    atPath: folder.path, withIntermediateDirectories: true)
                try request.write(in: folder)
                _ = try TrialResult(for: request, run: "old", outcome: .completed(dice: 0.5))
                    .publish(in: folder)
            }
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            #expect(ledger.counts[.failed] == nil && cluster.trained[number] == 1)
            #expect(try ledger.attempts(of: number).count == 1)
        }
    }

    @Test(
        "a trial that the version before has trained, and whose end is not recorded, is not trained again"
    )
    func versionBefore() throws {
        try withStudy { ledger, cluster in
            let number = try firstTrained()
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
            let folder = TrialFolder(ledger.folder.trial(number))
            try FileSystem.makeFolder(folder.path)
            let now = TrialRequest(try ledger.trial(number), of: ledger.plan)
            let digest = String(repeating: "0123456789abcdef", count: 4)
            let text = try JSONDocument.text(of: now, .line)
                .replacing(#""schema":2,"seed""#, with: #""schema":1,"seed""#)
                .replacing(now.pointDigest, with: digest)
            try Data(text.utf8).write(to: URL(filePath: folder.request))
            let old = try #require(TrialRequest(in: folder))
            _ = try TrialResult(for: old, run: "old", outcome: .completed(dice: 0.5))
                .publish(in: folder)
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            #expect(cluster.trained[number] == nil)
            #expect(try ledger.trial(number).end?.dice == 0.5)
        }
    }

    @Test("stopped in order, no worker is left, and the study goes on")
    func stopped() throws {
        try withStudy { ledger, cluster in
            let first = try coordinator(ledger, cluster, slots: 3)
            for _ in 0..<5 {
                _ = try first.step(now: cluster.now)
                try cluster.advance(by: 10)
            }
            first.stop(now: cluster.now)
            #expect(try first.stopped(now: cluster.now))
            #expect(try ledger.openAttempts().isEmpty)
            #expect(ledger.counts[.running] == nil)
            #expect(try run(coordinator(ledger, cluster, slots: 3), on: cluster))
            #expect(ledger.sampler.tellCount == 25 && ledger.counts[.failed] == nil)
        }
    }

    /// The same search as undisturbed, whatever happens to its coordinator and to the workers.
    @Test(
        "killed again and again, with one worker the result is the same, and nothing is trained twice",
        arguments: 1...3)
    func killed(_ seed: UInt64) throws {
        try withTemporaryFolder { folder in
            var plan = SmallStudy.plan(seed: seed, budget: .iterations(30))
            plan.attempts = 100
            let undisturbed = try StudyLedger(
                creating: plan, in: folder.appending(path: "a").path)
            try undisturbed.run()
            let path = folder.appending(path: "b").path
            let cluster = FakeCluster()
            var generator = SeededGenerator(seed: seed, path: 5)
            cluster.fate = { order in
                order.attempt % 3 == 1 && order.trial % 2 == 0
                    ? .crash(checkpoints: 0, memory: 1) : .train
            }
            plan.study = UUID()
            _ = try StudyLedger(creating: plan, in: path)
            var isOver = false
            while !isOver, cluster.now < 1e6 {
                // A coordinator that is killed leaves its workers, which go on.
                let ledger = try StudyLedger(opening: path)
                try ledger.checkInvariants()
                let coordinator = try coordinator(ledger, cluster)
                for _ in 0..<generator.index(below: 12) where !isOver {
                    isOver = try coordinator.step(now: cluster.now) == nil
                    try cluster.advance(by: 10)
                }
                cluster.isForgetful = generator.chance(0.3)
                try cluster.advance(by: Double(generator.index(below: 100)))
            }
            let ledger = try StudyLedger(opening: path)
            #expect(try ledger.summary() == undisturbed.summary())
            #expect(cluster.trained.values.allSatisfy { $0 == 1 })
            #expect(Set(cluster.trained.keys).count == cluster.trained.count)
        }
    }
}

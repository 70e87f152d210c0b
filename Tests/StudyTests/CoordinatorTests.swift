import Foundation
import GRDB
import Host
import Randomness
import Search
import TestSupport
import Testing

@testable import Study

@Suite("Coordinator")
struct CoordinatorTests {
    /// Carries a study on until it ends; false where it has not after a week.
    private func run(
        _ coordinator: Coordinator, on cluster: FakeCluster, by step: Double = 20,
        eachStep: ([Coordinator.Event]) throws -> Void = { _ in }
    ) throws -> Bool {
        let end = cluster.now + 7 * 86_400
        while cluster.now < end {
            guard let events = try coordinator.step(now: cluster.now) else { return true }
            if !events.isEmpty { try coordinator.ledger.checkInvariants() }
            try eachStep(events)
            try cluster.advance(by: step)
        }
        return false
    }

    private func options(slots: Int) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = (0..<slots).map { "cpu/\($0)" }
        options.memoryLimit = 1000
        return options
    }

    private func coordinator(
        _ ledger: StudyLedger, _ cluster: FakeCluster, slots: Int = 1
    ) throws -> Coordinator {
        try Coordinator(
            ledger, launcher: cluster, options: options(slots: slots), judge: SmallStudy.judge,
            now: cluster.now)
    }

    private func withStudy(
        iterations: Int = 25, method: SamplerPlan.Method = .crs,
        _ body: (StudyLedger, FakeCluster) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let plan = SmallStudy.plan(
                seed: 1, budget: .iterations(iterations), method: method)
            try body(
                try StudyLedger(creating: plan, in: folder.appending(path: "study").path),
                FakeCluster())
        }
    }

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

    @Test("a kill that the system counts as one for want of memory is a result, of one worker only")
    func memoryKills() throws {
        try withStudy { ledger, cluster in
            let first = try firstTrained()
            cluster.fate = {
                $0.attempt == 1 && $0.trial < first + 6
                    ? .crash(checkpoints: 0, memory: 10) : .train
            }
            var kills = 0
            let coordinator = try Coordinator(
                ledger, launcher: cluster, options: options(slots: 1), judge: SmallStudy.judge,
                memoryKills: { kills }, now: cluster.now)
            #expect(
                try run(coordinator, on: cluster) { events in
                    for case .started(let attempt) in events where attempt.trial == first {
                        kills = attempt.number
                    }
                })
            let shortages = try (0..<25).map { try ledger.trial($0) }.filter { trial in
                if case .outOfMemory(let shortage) = trial.end, shortage.needed == 500 {
                    true
                } else {
                    false
                }
            }
            #expect(shortages.map(\.number) == [first])
        }
    }

    @Test(
        "a worker that has given no sign of life yet is ended, too, when the search is stopped at once"
    )
    func stoppedBeforeKnown() throws {
        try withStudy { ledger, cluster in
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.judge) }
            let trial = try ledger.waiting()[0]
            let folder = TrialFolder(ledger.folder.trial(trial.number))
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true)
            try TrialRequest(trial, of: ledger.plan).write(in: folder)
            // Killed between the launch and its record.
            let attempt = try ledger.begin(trial.number, slot: "cpu/0")
            let order = LaunchOrder(
                study: ledger.folder, trial: trial.number, attempt: attempt.number, slot: "cpu/0")
            let job = try cluster.launch(order)
            let next = try coordinator(ledger, cluster)
            next.stop(now: cluster.now)
            for _ in 0..<3 where try !next.stopped(now: cluster.now) {}
            #expect(cluster.look(at: job, in: order.folder) != .alive)
            #expect(try ledger.openAttempts().isEmpty)
        }
    }

    @Test("a worker that finds the disk full stops the search, which goes on when there is room")
    func diskFull() throws {
        try withStudy { ledger, cluster in
            cluster.fate = { $0.trial > 4 && cluster.now < 500 ? .diskFull : .train }
            #expect(throws: CoordinatorError.diskFull(lastLines: "")) {
                try run(coordinator(ledger, cluster), on: cluster)
            }
            cluster.now = 1000
            let isOver = try run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver)
            #expect(ledger.sampler.tellCount == 25 && ledger.counts[.failed] == nil)
        }
    }

    @Test("a worker that hangs, and one that takes too long, are ended")
    func hangs() throws {
        try withStudy { ledger, cluster in
            cluster.fate = { $0.attempt == 1 && $0.trial < 6 ? .hang : .train }
            cluster.duration = { $0.attempt == 1 && $0.trial > 18 ? 10_000 : 60 }
            var options = options(slots: 1)
            options.trialTimeout = 3600
            let coordinator = try Coordinator(
                ledger, launcher: cluster, options: options, judge: SmallStudy.judge, now: 0)
            var reasons: [AttemptEnd.Reason] = []
            #expect(
                try run(coordinator, on: cluster, by: 100) { events in
                    for case .attemptEnded(_, let end) in events { reasons.append(end.reason) }
                })
            #expect(Set(reasons) == [.hung, .timedOut])
            #expect(ledger.counts[.failed] == nil && ledger.sampler.tellCount == 25)
        }
    }

    @Test("a worker that is stopped does not hang and has all its time; it is told once")
    func standstill() throws {
        try withStudy(iterations: 8) { ledger, cluster in
            var options = options(slots: 1)
            options.trialTimeout = 600
            let coordinator = try Coordinator(
                ledger, launcher: cluster, options: options, judge: SmallStudy.judge, now: 0)
            while cluster.starts.isEmpty { _ = try coordinator.step(now: cluster.now) }
            try cluster.advance(by: 20)
            _ = try coordinator.step(now: cluster.now)
            cluster.isStopped = true
            var events: [Coordinator.Event] = []
            for _ in 0..<100 {
                try cluster.advance(by: 20)
                events += try coordinator.step(now: cluster.now) ?? []
            }
            #expect(events == [.standsStill(trial: cluster.starts[0].trial, process: 1)])
            cluster.isStopped = false
            var ends: [AttemptEnd] = []
            #expect(
                try run(coordinator, on: cluster) { events in
                    for case .attemptEnded(_, let end) in events { ends.append(end) }
                })
            #expect(ends.isEmpty)
        }
    }

    @Test(
        "what somebody else ends costs no attempt, however often",
        arguments: [
            (JobState.Exit.code(130), true), (.signal(15), true), (.signal(1), true),
            (.signal(10), true), (.elsewhere, true), (.code(1), false), (.signal(9), false),
            (.signal(11), false),
        ])
    func preempted(_ exit: JobState.Exit, isBlameless: Bool) throws {
        // Enough for several networks, whose failures are the machine's.
        try withStudy(iterations: isBlameless ? 8 : 25) { ledger, cluster in
            cluster.fate = { $0.attempt < 6 ? .end(exit) : .train }
            var ends: [AttemptEnd] = []
            func note(_ events: [Coordinator.Event]) {
                for case .attemptEnded(_, let end) in events { ends.append(end) }
            }
            let coordinator = try coordinator(ledger, cluster)
            guard isBlameless else {
                #expect(throws: CoordinatorError.self) {
                    try run(coordinator, on: cluster, eachStep: note)
                }
                #expect(ends.allSatisfy { $0.reason == .crashed && $0.counts })
                return
            }
            #expect(try run(coordinator, on: cluster, eachStep: note))
            #expect(!ends.isEmpty && ends.allSatisfy { $0.reason == .preempted && !$0.counts })
            #expect(ledger.counts[.failed] == nil && ledger.sampler.tellCount == 8)
        }
    }

    @Test("a worker says itself that it was asked to end, where nobody sees how it ends")
    func preemptedUnseen() throws {
        try withStudy(iterations: 8) { ledger, cluster in
            cluster.fate = { $0.attempt < 6 ? .end(nil) : .train }
            var reasons: Set<AttemptEnd.Reason> = []
            let coordinator = try coordinator(ledger, cluster)
            let isOver = try run(coordinator, on: cluster) { events in
                for case .attemptEnded(_, let end) in events { reasons.insert(end.reason) }
            }
            #expect(isOver && reasons == [.preempted] && ledger.counts[.failed] == nil)
        }
    }

    @Test("one trial that fails is told as 10; three in a row stop the search, and nothing is told")
    func failures() throws {
        try withStudy { ledger, cluster in
            let broken = try firstTrained()
            cluster.fate = { $0.trial == broken ? .crash(checkpoints: 0, memory: 1) : .train }
            #expect(try run(coordinator(ledger, cluster), on: cluster))
            let trial = try ledger.trial(broken)
            #expect(trial.state == .failed && trial.end?.value == worstValue)
            #expect(cluster.starts.count { $0.trial == broken } == 3)
            #expect(ledger.counts[.failed] == 1 && ledger.sampler.tellCount == 25)
        }
        for fate in [FakeCluster.Fate.refuse, .crash(checkpoints: 0, memory: 1)] {
            try withStudy { ledger, cluster in
                cluster.fate = { _ in fate }
                #expect(throws: CoordinatorError.self) {
                    try run(coordinator(ledger, cluster), on: cluster)
                }
                #expect(ledger.counts[.failed] == nil && ledger.counts[.completed] == nil)
                try ledger.checkInvariants()
                cluster.fate = { _ in .train }
                #expect(try run(coordinator(ledger, cluster), on: cluster))
                #expect(ledger.counts[.failed] == nil && ledger.sampler.tellCount == 25)
            }
        }
    }

    @Test("failures in a row stop the search where proposals wait for them", arguments: [0, 2])
    func waitingFailures(trained: Int) throws {
        // Two at a time: nothing more is proposed before both are told.
        try withStudy(iterations: 60) { ledger, cluster in
            cluster.fate = { _ in
                (ledger.counts[.completed] ?? 0) < trained
                    ? .train : .crash(checkpoints: 0, memory: 1)
            }
            #expect(throws: CoordinatorError.self) {
                try run(coordinator(ledger, cluster, slots: 2), on: cluster)
            }
            #expect((ledger.counts[.failed] ?? 0) <= (trained == 0 ? 0 : 2))
            cluster.fate = { _ in .train }
            let isOver = try run(coordinator(ledger, cluster, slots: 2), on: cluster)
            #expect(isOver && ledger.sampler.tellCount == 60)
        }
    }

    @Test("a study of one trial that fails is not over", arguments: [1, 2])
    func onlyFailures(iterations: Int) throws {
        try withStudy(iterations: iterations) { ledger, cluster in
            cluster.fate = { _ in .refuse }
            let isOver = try? run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver == nil || ledger.counts[.illegal] == iterations)
            #expect(ledger.counts[.failed] == nil)
        }
    }

    private func firstTrained() throws -> Int {
        var first = 0
        try withStudy { ledger, _ in
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.judge) }
            first = try ledger.waiting()[0].number
        }
        return first
    }

    @Test("broken images stop the search, which goes on when they are whole")
    func badData() throws {
        try withStudy { ledger, cluster in
            cluster.fate = { $0.trial > 4 && cluster.now < 500 ? .badData : .train }
            #expect(throws: CoordinatorError.badData("case_1 is broken")) {
                try run(coordinator(ledger, cluster), on: cluster)
            }
            cluster.now = 1000
            let isOver = try run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver)
            #expect(ledger.sampler.tellCount == 25 && ledger.counts[.failed] == nil)
        }
    }

    @Test("the time in which nobody worked is none of an attempt")
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
                for _ in 0...number { _ = try stranger.ask(SmallStudy.judge) }
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
        "a trial that the version before has trained, and whose end is not in the book, is not trained again"
    )
    func versionBefore() throws {
        try withStudy { ledger, cluster in
            let number = try firstTrained()
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.judge) }
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

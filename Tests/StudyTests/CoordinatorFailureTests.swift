import Foundation
import GRDB
import SegNASHost
import SegNASRandomness
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Coordinator: workers that end without a result")
struct CoordinatorFailureTests: CoordinatorScene {
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
                ledger, launcher: cluster, options: options(slots: 1), check: SmallStudy.check,
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
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
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

    @Test("a worker that found the disk full before the search was begun again is old news")
    func formerlyFullDisk() throws {
        try withStudy { ledger, cluster in
            cluster.fate = { _ in cluster.starts.isEmpty ? .diskFull : .train }
            let first = try coordinator(ledger, cluster)
            while cluster.starts.isEmpty { _ = try first.step(now: cluster.now) }
            try cluster.advance(by: 20)
            let isOver = try run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver)
            #expect(ledger.sampler.tellCount == 25 && ledger.counts[.failed] == nil)
        }
    }

    @Test("a worker of another version stops the search, and no attempt counts")
    func otherVersion() throws {
        try withStudy { ledger, cluster in
            cluster.fate = { _ in
                cluster.now < 500 ? .end(.code(WorkerExit.otherVersion)) : .train
            }
            for _ in 0..<4 {
                #expect(throws: CoordinatorError.otherVersion(lastLines: "")) {
                    try run(coordinator(ledger, cluster), on: cluster)
                }
            }
            cluster.now = 1000
            let isOver = try run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver && ledger.counts[.failed] == nil)
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
                ledger, launcher: cluster, options: options, check: SmallStudy.check, now: 0)
            var reasons: [AttemptEnd.Reason] = []
            #expect(
                try run(coordinator, on: cluster, by: 100) { events in
                    for case .attemptEnded(_, let end) in events { reasons.append(end.reason) }
                })
            #expect(Set(reasons) == [.hung, .timedOut])
            #expect(ledger.counts[.failed] == nil && ledger.sampler.tellCount == 25)
        }
    }

    @Test("a worker that is stopped does not hang and has all its time; it is reported once")
    func standstill() throws {
        try withStudy(iterations: 8) { ledger, cluster in
            var options = options(slots: 1)
            options.trialTimeout = 600
            let coordinator = try Coordinator(
                ledger, launcher: cluster, options: options, check: SmallStudy.check, now: 0)
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

    @Test(
        "one trial that fails is reported as 10; three in a row stop the search, and nothing is reported"
    )
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
    func waitingFailures(completed: Int) throws {
        // Two at a time: nothing more is proposed before both are reported.
        try withStudy(iterations: 60) { ledger, cluster in
            cluster.fate = { _ in
                (ledger.counts[.completed] ?? 0) < completed
                    ? .train : .crash(checkpoints: 0, memory: 1)
            }
            #expect(throws: CoordinatorError.self) {
                try run(coordinator(ledger, cluster, slots: 2), on: cluster)
            }
            #expect((ledger.counts[.failed] ?? 0) <= (completed == 0 ? 0 : 2))
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
}

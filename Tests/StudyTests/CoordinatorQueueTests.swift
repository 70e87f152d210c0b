import Foundation
import SegNASHost
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

@Suite("Coordinator: jobs of a queue")
struct CoordinatorQueueTests: CoordinatorScene {
    private func reasons(
        _ coordinator: Coordinator, _ cluster: FakeCluster
    ) throws -> [AttemptEnd.Reason] {
        var reasons: [AttemptEnd.Reason] = []
        let isOver = try run(coordinator, on: cluster) { events in
            for case .attemptEnded(_, let end) in events { reasons.append(end.reason) }
        }
        #expect(isOver)
        return reasons
    }

    @Test("time in a queue, or while the queue does not answer, is no time of a worker")
    func waiting() throws {
        for state in [JobState.waiting, .unreachable] {
            try withStudy(iterations: 8) { ledger, cluster in
                cluster.sharesMachine = false
                var options = options(slots: 2)
                options.trialTimeout = state == .waiting ? 600 : nil
                let coordinator = try Coordinator(
                    ledger, launcher: cluster, options: options, check: SmallStudy.check, now: 0)
                while cluster.starts.isEmpty { _ = try coordinator.step(now: cluster.now) }
                cluster.openState = state
                let starts = cluster.starts.count
                // The clock goes on, and no worker has begun.
                for _ in 0..<100 {
                    cluster.now += 20
                    #expect(try coordinator.step(now: cluster.now) == [])
                }
                #expect(cluster.starts.count == starts)
                cluster.openState = nil
                #expect(try reasons(coordinator, cluster).isEmpty)
            }
        }
    }

    @Test("a result counts whatever the queue says of its job, and frees its place at once")
    func results() throws {
        for state in [JobState.alive, .waiting, .unknown, .unreachable] {
            try withStudy(iterations: 8) { ledger, cluster in
                cluster.sharesMachine = false
                let coordinator = try coordinator(ledger, cluster)
                while cluster.starts.isEmpty { _ = try coordinator.step(now: cluster.now) }
                let order = cluster.starts[0]
                let request = try #require(TrialRequest(in: order.folder))
                _ = try TrialResult(for: request, run: "x", outcome: .completed(dice: 0.5))
                    .publish(in: order.folder)
                cluster.openState = state
                let events = try #require(try coordinator.step(now: cluster.now + 1))
                #expect(
                    events.contains {
                        if case .ended(let trial) = $0 {
                            trial.number == order.trial
                        } else {
                            false
                        }
                    })
                #expect(try ledger.attempts(of: order.trial).count == 1)
            }
        }
    }

    @Test("few workers are started in a step, so that others are looked at meanwhile")
    func starts() throws {
        try withStudy(iterations: 40, method: .random) { ledger, cluster in
            var options = options(slots: 6)
            options.maxStarts = 2
            let coordinator = try Coordinator(
                ledger, launcher: cluster, options: options, check: SmallStudy.check, now: 0)
            var counts: [Int] = []
            for _ in 0..<4 {
                _ = try coordinator.step(now: 0)
                counts.append(cluster.starts.count)
            }
            #expect(counts == [2, 4, 6, 6])
        }
    }

    @Test("a launch that may have failed is looked for: its job is adopted, or its attempt is lost")
    func uncertain() throws {
        for isStarted in [true, false] {
            try withStudy(iterations: 8) { ledger, cluster in
                cluster.sharesMachine = false
                cluster.isUncertain = true
                cluster.fate = { _ in isStarted || !cluster.isUncertain ? .train : .refuse }
                let coordinator = try coordinator(ledger, cluster, slots: 3)
                while try ledger.openAttempts().isEmpty {
                    _ = try coordinator.step(now: cluster.now)
                }
                // Nothing else is started before it is known.
                #expect(try ledger.openAttempts().count == 1)
                cluster.isUncertain = false
                let reasons = try reasons(coordinator, cluster)
                #expect(reasons == (isStarted ? [] : [.lost]))
                #expect(ledger.counts[.failed] == nil && ledger.sampler.tellCount == 8)
                #expect(cluster.trained.values.allSatisfy { $0 == 1 })
            }
        }
    }

    @Test("the end of a job's time costs an attempt unless there is a new checkpoint")
    func timeLimit() throws {
        try withStudy(iterations: 8) { ledger, cluster in
            cluster.fate = { $0.attempt < 3 ? .end(.timeLimit) : .train }
            let reasons = try reasons(coordinator(ledger, cluster), cluster)
            #expect(!reasons.isEmpty && reasons.allSatisfy { $0 == .timeLimit })
            let end = AttemptEnd(.timeLimit)
            #expect(end.counts && !AttemptEnd(.timeLimit, hasProgressed: true).counts)
        }
    }

    @Test("a job that takes too much memory has more the next time, and then it is a result")
    func memory() throws {
        try withStudy { ledger, cluster in
            let first = try firstTrained()
            cluster.sharesMachine = false
            cluster.fate = { $0.trial == first ? .end(.outOfMemory) : .train }
            let reasons = try reasons(coordinator(ledger, cluster), cluster)
            #expect(reasons == [.crashed])
            #expect(cluster.starts.count { $0.trial == first } == 2)
            guard case .outOfMemory(let shortage) = try ledger.trial(first).end else {
                Issue.record("it is no result")
                return
            }
            #expect(shortage.kind == .real && shortage.limit == 1000)
        }
    }

    @Test("an order says what its training needs, as far as that is known")
    func needs() throws {
        try withStudy { ledger, cluster in
            let isOver = try run(coordinator(ledger, cluster), on: cluster)
            #expect(isOver)
            #expect(cluster.starts.allSatisfy { $0.memory == ByteCount(500) })
        }
    }
}

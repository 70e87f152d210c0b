import Foundation
import GRDB
import SegNASHost
import SegNASRandomness
import SegNASSearch
import TestSupport
import Testing

@testable import SegNASStudy

/// What tests of the coordinator share: small studies, and a cluster that only seems to train.
protocol CoordinatorScene {}

extension CoordinatorScene {
    /// Carries a study on until it ends; false where it has not after a week.
    func run(
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

    func options(slots: Int) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = (0..<slots).map { "cpu/\($0)" }
        options.memoryLimit = 1000
        return options
    }

    func coordinator(
        _ ledger: StudyLedger, _ cluster: FakeCluster, slots: Int = 1
    ) throws -> Coordinator {
        try Coordinator(
            ledger, launcher: cluster, options: options(slots: slots), check: SmallStudy.check,
            now: cluster.now)
    }

    func withStudy(
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

    /// The first trial that is trained.
    func firstTrained() throws -> Int {
        var first = 0
        try withStudy { ledger, _ in
            while try ledger.waiting().isEmpty { _ = try ledger.ask(SmallStudy.check) }
            first = try ledger.waiting()[0].number
        }
        return first
    }
}

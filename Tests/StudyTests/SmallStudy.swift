import Foundation
import SegNASHost
import SegNASRandomness
import SegNASSearch
import Testing

@testable import SegNASStudy

/// Studies of a small space, in which many points share a key, some are illegal and some do not fit.
enum SmallStudy {
    static let space = """
        schema: 1
        n: [8, 12]
        p: 2
        sup: 0
        res: [0, 2]
        nodes: 3
        ops: [0, 3]
        """

    static func plan(
        seed: UInt64, budget: StudyPlan.Budget = .iterations(80), method: SamplerPlan.Method = .crs
    ) -> StudyPlan {
        StudyPlan(
            version: "0.1.0", space: space,
            sampler: SamplerPlan(
                method: method, seed: seed, population: 10,
                images: SearchedImages(size: [16, 16, 16], channels: 1, classes: 3, batch: 3)),
            budget: budget)
    }

    static func check(_ candidate: Candidate) -> Feasibility {
        let network = candidate.network
        if network.n == 8, network.res { return .illegal(reason: "too small for normalization") }
        if network.n == 11, !network.res {
            return .tooLarge(
                MemoryShortage(.predicted, needed: 2000, limit: 1000), TrialCost(parameters: 121))
        }
        return .train(TrialCost(parameters: network.n * network.n, memory: ByteCount(500)))
    }

    /// What training a trial comes to.
    static func end(of trial: Trial) -> TrialEnd { end(of: trial.architecture) }

    static func end(of architecture: Architecture) -> TrialEnd {
        guard case .segnas(let network) = architecture else { return .completed(dice: 0) }
        let conv5 = network.block.description.filter { $0 == "2" }.count
        if network.n == 10, conv5 == 2 {
            return .outOfMemory(MemoryShortage(.real, needed: 3000, limit: 1000))
        }
        return .completed(dice: Double(network.n * 3 + conv5) / 60)
    }
}

extension MemoryShortage {
    init(_ kind: Kind, needed: Int, limit: Int) {
        self.init(kind, needed: ByteCount(needed), limit: ByteCount(limit))
    }
}

extension StudyLedger {
    /// Resumes the study with one worker, without faults; stops after a number of steps.
    func run(steps: Int = .max) throws {
        for attempt in try openAttempts() { _ = try end(attempt, AttemptEnd(.stopped)) }
        for _ in 0..<steps {
            let waiting = try waiting().first
            if let trial = waiting {
                let attempt = try launched(
                    begin(trial.number, slot: "cpu/0"), as: JobHandle("\(trial.number)"))
                _ = try finish(attempt, SmallStudy.end(of: trial))
            } else if try ask(SmallStudy.check) == nil {
                return
            }
        }
    }

    /// Number, key, state and value of all trials.
    func summary() throws -> [String] {
        try (0..<sampler.askCount).map { number in
            let trial = try trial(number)
            return "\(number) \(trial.key) \(trial.state) \(trial.end?.value ?? .nan) "
                + "\(trial.tellSerial ?? -1) \(trial.proposal.point)"
        }
    }
}

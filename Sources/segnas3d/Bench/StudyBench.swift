import FoundationEssentials
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// Seconds to open a study of many recorded trials, to propose the next one, and to read its status.
struct StudyBench {
    let json: Bool
    let trials: Int

    struct Row: Encodable {
        let schema = 1
        let workload = "study"
        var step: String
        var trials: Int
        var seconds: Double
    }

    func run() throws {
        try Bench.withTemporaryPath(run)
    }

    private func run(in path: String) throws {
        try measure("record") { try record(path) }
        // Closed in between, as if the process had ended.
        let ledger = try measure("open") { try StudyLedger(opening: path) }
        try ledger.raiseBudget(to: .iterations(trials + 1))
        _ = try measure("propose") { try ledger.ask { _ in .train(nil) } }
        _ = try measure("status") { try StudyStatus(of: path) }
    }

    /// Records a search in which every legal network gets a Dice that grows with its channels.
    private func record(_ path: String) throws {
        let plan = StudyPlan(
            version: Release.version, space: "segnas11", sampler: SamplerPlan(seed: 0),
            budget: .iterations(trials))
        let ledger = try StudyLedger(creating: plan, in: path)
        while let trial = try ledger.ask({ _ in .train(nil) }) {
            guard trial.state == .queued else { continue }
            let attempt = try ledger.begin(trial.number, slot: "cpu/0")
            let channels = ledger.space.decode(trial.proposal.point).network.n
            _ = try ledger.finish(attempt, .completed(dice: Double(channels) / 40))
        }
    }

    private func measure<Result>(_ step: String, _ body: () throws -> Result) throws -> Result {
        let start = ContinuousClock.now
        let result = try body()
        let row = Row(
            step: step, trials: trials, seconds: (ContinuousClock.now - start) / .seconds(1))
        try Bench.show(
            row, json: json,
            text: "study of \(grouped(trials)) trials, \(step): \(decimal(row.seconds, 3)) s")
        return result
    }
}

import FoundationEssentials
internal import Glibc
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// Seconds to open a study of many recorded trials, to propose the next one, and to tell how far it is.
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
        let path = FileManager.default.temporaryDirectory
            .appending(path: "segnas3d-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try measure("record") { try record(path) }
        // Closed in between, as by a process that has ended.
        let ledger = try measure("open") { try StudyLedger(opening: path) }
        try ledger.raiseBudget(to: .iterations(trials + 1))
        _ = try measure("propose") { try ledger.ask { _ in .train(nil) } }
        _ = try measure("status") { try StudyStatus(of: path) }
    }

    /// A search in which every legal network is trained at once, to a Dice that grows with its channels.
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
        if json {
            print(try JSONDocument.text(of: row, .line))
        } else {
            print("study of \(grouped(trials)) trials, \(step): \(decimal(row.seconds, 3)) s")
        }
        fflush(nil)
        return result
    }
}

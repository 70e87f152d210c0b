import FoundationEssentials
internal import Glibc
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// Seconds to open a study of many recorded trials, to propose the next one, also by a model, and to read its status.
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
        try ledger.changeBudget(to: .iterations(trials + 1))
        _ = try measure("propose") { try ledger.ask { _ in .train(nil) } }
        _ = try measure("status") { try StudyStatus(of: path) }
        try proposeByModel()
    }

    /// Gives a model the values of networks drawn at random, of which illegal ones say nothing.
    private func proposeByModel() throws {
        let space = SearchSpace.segnas11
        var random = try SamplerPlan(method: .random, seed: 0).sampler(in: space)
        var record = SamplerRecord(proposals: [], values: [])
        while record.values.count < trials, let proposal = random.ask() {
            let network = space.decode(proposal.point).network
            let value =
                network.block.illegalities.isEmpty ? -log(Double(network.n) / 40) : worstValue
            record.proposals.append(proposal)
            record.values.append((proposal.number, value))
            random.tell(value, of: proposal.number)
        }
        var plan = SamplerPlan(
            method: .model, seed: 0,
            images: SearchedImages(size: [64, 64, 64], channels: 1, classes: 4, batch: 3))
        try propose(plan, after: record, by: "a model")
        try proposeOnLadder(plan, after: record)
        let trainings = record.values.filter { $0.value < worstValue }.map { number, value in
            let candidate = space.decode(record.proposals[number].point)
            return EarlierTraining(
                number: number, network: candidate.architecture, hyperparameters: [:], value: value)
        }
        plan.earlier = try (0..<2).map {
            try EarlierStudy(
                named: "\($0)", study: "\($0)", trainings, of: space, for: plan, in: space,
                among: 2)
        }
        try propose(plan, after: record, by: "one that knows two more studies")
    }

    /// The same where trainings stop at a first rung, from where one of three went on.
    private func proposeOnLadder(_ plan: SamplerPlan, after record: SamplerRecord) throws {
        let rungs = [10, 30]
        var scheduler = try plan.scheduler(
            in: .segnas11, rungs: rungs, limit: SearchLimit(trials: 2 * trials))
        try measure("a model with two rungs, told all") {
            var trained = 0
            for (proposal, (number, value)) in zip(record.proposals, record.values) {
                try scheduler.absorb(.begin(proposal, epochs: rungs[0]))
                let isTrained = value < worstValue
                scheduler.report(Report(number: number, value: value, isTrained: isTrained))
                trained += isTrained ? 1 : 0
                guard isTrained, trained.isMultiple(of: Ladder.share) else { continue }
                try scheduler.absorb(.resume(number: number, epochs: rungs[1]))
                scheduler.report(Report(number: number, value: 0.9 * value))
            }
        }
        try measure("its proposal with a fit") { _ = scheduler.next() }
        try measure("its next proposal") { _ = scheduler.next() }
    }

    private func propose(
        _ plan: SamplerPlan, after record: SamplerRecord, by name: String
    ) throws {
        var sampler = try plan.sampler(in: .segnas11)
        try measure("\(name), told all") { try sampler.replay(record) }
        // Those of the first are fitted to all values.
        try measure("its proposal with a fit") { _ = sampler.ask() }
        try measure("its next proposal") { _ = sampler.ask() }
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

internal import GRDB
internal import SegNASHost
internal import SegNASSearch

/// The choice of the network that a study delivers among those of its completed trials.
///
/// A search by a model delivers the network of which the model expects most, as the highest of many noisy Dice values
/// is a lucky one; others deliver the highest Dice, as in the paper.
struct ResultChoice {
    let plan: StudyPlan
    let space: SearchSpace

    /// Trials that may be delivered, the best first, and what is expected of them where a model decides.
    struct Ranking {
        var trials: [Trial]
        var expectations: [Int: Expectation] = [:]
        /// The one that is delivered after several were trained again.
        var chosen: Int?

        var best: Trial? { trials.first { $0.number == chosen } ?? trials.first }
    }

    /// - Parameters:
    ///   - completed: All completed trials, in their order.
    ///   - stages: All stages, where there are rungs.
    ///   - points: The points of trials with stages, by their numbers.
    ///   - scales: Those of the last proposal of a model; nil if there is none.
    /// - Returns: All of them, or where a model decides the 250 that it knows.
    func ranking(
        of completed: [Trial], stages: [Stage] = [], points: [Int: [Double]] = [:],
        scales: ProcessScales?
    ) -> Ranking {
        let byDice = completed.sorted { first, second in
            let (high, low) = (first.end?.dice ?? 0, second.end?.dice ?? 0)
            return high == low ? first.number < second.number : high > low
        }
        guard plan.isDeliveredByModel else { return Ranking(trials: byDice, chosen: plan.chosen) }
        let values = completed.compactMap { trial in
            trial.value.map { (trial.number, trial.proposal.point, $0) }
        }
        let rungs = plan.rungs ?? []
        let shorter = stages.compactMap { stage in
            guard let report = stage.report, report.isTrained, let point = points[stage.trial],
                let rung = rungs.firstIndex(of: stage.epochs), rung < rungs.count - 1
            else { return nil as (number: Int, point: [Double], value: Double, rung: Int)? }
            return (stage.trial, point, report.value, rung)
        }
        var expected = plan.sampler.expectations(
            of: values, shorter: shorter, rungs: max(rungs.count, 1),
            scales: scales ?? ProcessScales(), in: space)
        guard let best = expected.first else {
            return Ranking(trials: byDice, chosen: plan.chosen)
        }
        let trials = Dictionary(uniqueKeysWithValues: completed.map { ($0.number, $0) })
        if plan.preference == .small {
            func size(_ expectation: Expectation) -> Int {
                trials[expectation.number]?.cost?.parameters ?? .max
            }
            // As good as the best, as far as is known.
            let equals = expected.prefix { $0.mean <= best.mean + best.deviation }
            let small = equals.enumerated().sorted { first, second in
                (size(first.element), first.offset) < (size(second.element), second.offset)
            }
            expected = small.map(\.element) + expected.dropFirst(equals.count)
        }
        return Ranking(
            trials: expected.compactMap { trials[$0.number] },
            expectations: Dictionary(uniqueKeysWithValues: expected.map { ($0.number, $0) }),
            chosen: plan.chosen)
    }

    /// The ranking of a study's trials; only the first `count` and the chosen one, where the Dice decides.
    func ranking(in db: Database, first count: Int = 1) throws -> Ranking {
        guard plan.isDeliveredByModel else {
            var trials = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM trial WHERE state IN ('completed', 'stopped')
                    ORDER BY state, dice DESC, number LIMIT ?
                    """, arguments: [count]
            ).map(Trial.init)
            if let chosen = plan.chosen, !trials.contains(where: { $0.number == chosen }) {
                trials.append(try Trial.find(chosen, in: db))
            }
            return Ranking(trials: trials, chosen: plan.chosen)
        }
        let scales = try String.fetchOne(
            db,
            sql: """
                SELECT scales FROM trial WHERE origin = 'model' ORDER BY number DESC LIMIT 1
                """)
        let stages = try Stage.all(in: db)
        let trained =
            stages.isEmpty
            ? []
            : try Trial.all(
                "state IN ('queued', 'running', 'paused', 'stopped', 'completed')", [], in: db)
        var ended = try Trial.all("state = 'completed'", [], in: db)
        if ended.isEmpty { ended = trained.filter { $0.state == .stopped } }
        return ranking(
            of: ended, stages: stages,
            points: Dictionary(
                uniqueKeysWithValues: trained.map { ($0.number, $0.proposal.point) }),
            scales: try scales.map { try JSONDocument.parse($0, as: ProcessScales.self) })
    }
}

extension StudyLedger {
    /// The trial whose network the study delivers, as far as is known; nil before the first is completed.
    public func best() throws(StudyError) -> Trial? { try ranking().best }

    /// Trials whose networks may yet be delivered, the best first.
    public func candidates() throws(StudyError) -> [Trial] {
        Array(try ranking().trials.prefix(Self.candidateCount))
    }

    /// Networks to train again when the search is over: the first of the ranking, of those that can be trained to the
    /// end, if any was.
    public func finalists(_ count: Int) throws(StudyError) -> [Trial] {
        let choice = ResultChoice(plan: plan, space: space)
        let trials = try database.read { db in try choice.ranking(in: db, first: count).trials }
        return trials.prefix(count).filter {
            $0.state == trials[0].state && $0.end?.dice ?? 0 > 0
        }
    }

    /// The most models that are kept: what a model of the search expects changes with every value.
    private static let candidateCount = 10

    private func ranking() throws(StudyError) -> ResultChoice.Ranking {
        if let known = knownRanking, known.tells == scheduler.reportCount { return known.ranking }
        let choice = ResultChoice(plan: plan, space: space)
        let ranking = try database.read { db in try choice.ranking(in: db) }
        knownRanking = (scheduler.reportCount, ranking)
        return ranking
    }
}

internal import GRDB
internal import SegNASHost
internal import SegNASSearch

/// The choice of the network that a study delivers among those of its completed trials, or where there is none, of
/// those that were stopped: by ``TrainedNetwork``, and by what the user prefers.
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
    ///   - ended: All trials that were completed or stopped, in their order.
    ///   - stages: All stages, where there are rungs.
    ///   - points: The points of trials with stages, by their numbers.
    ///   - scales: Those of the last proposal of a model; nil if there is none.
    /// - Returns: All that may be delivered, or where a model decides the 250 that it knows.
    func ranking(
        of ended: [Trial], stages: [Stage] = [], points: [Int: [Double]] = [:],
        scales: ProcessScales?
    ) -> Ranking {
        let trained = ended.map {
            TrainedNetwork($0.number, state: $0.state, dice: $0.end?.dice)
        }
        let trials = Dictionary(uniqueKeysWithValues: ended.map { ($0.number, $0) })
        func ranking(
            _ numbers: [Int], _ expectations: [Int: Expectation] = [:]
        ) -> Ranking {
            Ranking(
                trials: numbers.compactMap { trials[$0] }, expectations: expectations,
                chosen: plan.chosen)
        }
        guard plan.isDeliveredByModel else { return ranking(trained.ranked().map(\.number)) }
        let values = ended.compactMap { trial in
            trial.value.map { (trial.number, trial.proposal.point, $0) }
        }
        let rungs = plan.rungs ?? []
        let shorter = stages.compactMap { stage in
            guard let report = stage.report, report.isTrained, let point = points[stage.trial],
                let rung = rungs.firstIndex(of: stage.epochs), rung < rungs.count - 1
            else { return nil as (number: Int, point: [Double], value: Double, rung: Int)? }
            return (stage.trial, point, report.value, rung)
        }
        let expectations = Dictionary(
            uniqueKeysWithValues: plan.sampler.expectations(
                of: values, shorter: shorter, rungs: max(rungs.count, 1),
                scales: scales ?? ProcessScales(), in: space
            ).map { ($0.number, $0) })
        let numbers = trained.ranked(by: expectations.mapValues(\.mean)).map(\.number)
        guard plan.preference == .small, let best = numbers.first.flatMap({ expectations[$0] })
        else { return ranking(numbers, expectations) }
        func size(_ number: Int) -> Int { trials[number]?.cost?.parameters ?? .max }
        // As good as the best, as far as is known.
        let equals = numbers.prefix {
            expectations[$0].map { $0.mean <= best.mean + best.deviation } == true
        }
        let small = equals.enumerated().sorted { first, second in
            (size(first.element), first.offset) < (size(second.element), second.offset)
        }
        return ranking(
            small.map(\.element) + numbers.dropFirst(equals.count), expectations)
    }

    /// The ranking of a study's trials; only the first `count` and the chosen one, where the Dice decides.
    func ranking(in db: Database, first count: Int = 1) throws -> Ranking {
        guard plan.isDeliveredByModel else {
            let trained = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, state, dice FROM trial WHERE state IN ('completed', 'stopped')
                    """
            ).map { row in
                TrainedNetwork(
                    row["number"], state: TrialState(rawValue: row["state"]), dice: row["dice"])
            }
            var trials = try trained.ranked().prefix(count).map {
                try Trial.find($0.number, in: db)
            }
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
        return ranking(
            of: try Trial.all("state IN ('completed', 'stopped')", [], in: db), stages: stages,
            points: Dictionary(
                uniqueKeysWithValues: trained.map { ($0.number, $0.proposal.point) }),
            scales: try scales.map { try JSONDocument.parse($0, as: ProcessScales.self) })
    }
}

extension TrainedNetwork {
    /// Of a trial that was completed, or trained to a lower rung.
    init(_ number: Int, state: TrialState?, dice: Double?) {
        self.init(
            number: number, rung: state == .completed ? 1 : 0,
            value: TrialEnd.completed(dice: dice ?? 0).value)
    }
}

extension StudyLedger {
    /// The trial whose network the study delivers, as far as is known; nil before the first is completed.
    public func best() throws(StudyError) -> Trial? { try ranking().best }

    /// Trials whose networks may yet be delivered, the best first.
    public func candidates() throws(StudyError) -> [Trial] {
        Array(try ranking().trials.prefix(Self.candidateCount))
    }

    /// Networks to train again when the search is over: the first of the ranking, of those that were trained to the
    /// end, if any was.
    ///
    /// Where there are several, the network that the search began with follows, so that it can be compared with them.
    public func finalists(_ count: Int) throws(StudyError) -> [Trial] {
        let choice = ResultChoice(plan: plan, space: space)
        let (trials, baseline) = try database.read { db in
            (
                try choice.ranking(in: db, first: count).trials,
                count > 1 ? try Rivals.baseline(in: db) : nil
            )
        }
        var first = Array(trials.prefix(count))
        if let baseline, !first.contains(where: { $0.number == baseline.number }) {
            first.append(baseline)
        }
        return first.filter { $0.end?.dice ?? 0 > 0 }
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

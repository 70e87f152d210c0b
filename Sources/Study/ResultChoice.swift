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

        var best: Trial? { trials.first }
    }

    /// - Parameters:
    ///   - completed: All completed trials, in their order.
    ///   - scales: Those of the last proposal of a model; nil if there is none.
    /// - Returns: All of them, or where a model decides the 250 that it knows.
    func ranking(of completed: [Trial], scales: ProcessScales?) -> Ranking {
        let byDice = completed.sorted { first, second in
            let (high, low) = (first.end?.dice ?? 0, second.end?.dice ?? 0)
            return high == low ? first.number < second.number : high > low
        }
        guard plan.isDeliveredByModel else { return Ranking(trials: byDice) }
        let values = completed.compactMap { trial in
            trial.value.map { (trial.number, trial.proposal.point, $0) }
        }
        var expected = plan.sampler.expectations(
            of: values, scales: scales ?? ProcessScales(), in: space)
        guard let best = expected.first else { return Ranking(trials: byDice) }
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
            expectations: Dictionary(uniqueKeysWithValues: expected.map { ($0.number, $0) }))
    }

    /// The ranking of a study's trials; only its first trial, where the Dice decides.
    func ranking(in db: Database) throws -> Ranking {
        guard plan.isDeliveredByModel else {
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT * FROM trial WHERE state = 'completed' ORDER BY dice DESC, number LIMIT 1
                    """)
            return Ranking(trials: try [row].compactMap { try $0.map(Trial.init) })
        }
        let scales = try String.fetchOne(
            db,
            sql: """
                SELECT scales FROM trial WHERE origin = 'model' ORDER BY number DESC LIMIT 1
                """)
        return ranking(
            of: try Trial.all("state = 'completed'", [], in: db),
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

    /// The most models that are kept: what a model of the search expects changes with every value.
    private static let candidateCount = 10

    private func ranking() throws(StudyError) -> ResultChoice.Ranking {
        if let known = knownRanking, known.tells == sampler.tellCount { return known.ranking }
        let choice = ResultChoice(plan: plan, space: space)
        let ranking = try database.read { db in try choice.ranking(in: db) }
        knownRanking = (sampler.tellCount, ranking)
        return ranking
    }
}

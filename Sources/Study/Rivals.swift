internal import GRDB
internal import SegNASHost
internal import SegNASSearch

/// Trials with which the network that a study delivers is compared.
public struct Rivals: Hashable, Sendable {
    /// The network that the search began with, if it was trained to the end: the one that the user gave, or the usual
    /// one.
    public let baseline: Trial?
    /// The best network that was drawn at random and trained to the end.
    public let random: Trial?
    /// The number of networks that were drawn at random and trained, also if only to a lower rung: a random search has
    /// trained as many.
    public let randomCount: Int

    init(in db: Database) throws {
        baseline = try Self.baseline(in: db)
        random = try Self.first("uniform", by: "dice DESC", in: db)
        randomCount =
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM trial
                    WHERE origin = 'uniform' AND state IN ('completed', 'paused', 'stopped')
                    """) ?? 0
    }

    static func baseline(in db: Database) throws -> Trial? {
        try first("given", by: "number", in: db)
    }

    private static func first(
        _ origin: String, by order: String, in db: Database
    ) throws -> Trial? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM trial WHERE origin = ? AND state = 'completed'
                ORDER BY \(order), number LIMIT 1
                """, arguments: [origin]
        ).map(Trial.init)
    }
}

extension StudyFolder {
    /// The Dice of each validation case, in their order, in the epoch that a trial's Dice is that of.
    ///
    /// - Parameters:
    ///   - trial: A trial that was trained.
    ///   - rungs: Those of the study's plan.
    /// - Returns: Nil if its result is gone, or an earlier version trained it.
    package func caseDice(of trial: Trial, rungs: [Int]?) -> [Double?]? {
        let stages: [Int?] = rungs?.reversed() ?? [nil]
        let results = stages.lazy.compactMap { stage -> TrialResult? in
            let files = TrialFolder(self.trial(trial.number), stage: stage)
            return TrialRequest(in: files).flatMap { TrialResult(of: $0, in: files) }
        }
        return results.first?.epochs.lazy.compactMap(\.dicePerCase).first
    }
}

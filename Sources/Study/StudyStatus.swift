internal import GRDB
internal import Search

/// How far a study is.
public struct StudyStatus: Sendable {
    public let plan: StudyPlan
    public let counts: [TrialState: Int]
    /// The trained trial with the highest validation Dice, the oldest of equal ones; nil before the first.
    public let best: Trial?
    /// Who works on it now; nil where nobody does.
    public let owner: StudyOwner?

    /// Reads it, also while another process works on the study.
    public init(of path: String) throws(StudyError) {
        let folder = StudyFolder(path)
        plan = try StudyPlan(in: folder)
        let database = try StudyDatabase.read(folder, study: plan.study)
        (counts, best) = try database.read { db in
            (try Trial.counts(in: db), try Trial.best(in: db))
        }
        owner = StudyLock.owner(of: folder)
    }
}

extension StudyLedger {
    /// The trained trial with the highest validation Dice; nil before the first.
    public func best() throws(StudyError) -> Trial? {
        try database.read { db in try Trial.best(in: db) }
    }
}

extension Trial {
    fileprivate static func best(in db: Database) throws -> Trial? {
        try Row.fetchOne(
            db,
            sql: "SELECT * FROM trial WHERE state = 'completed' ORDER BY dice DESC, number LIMIT 1"
        ).map(Trial.init)
    }
}

internal import GRDB
internal import SegNASSearch

/// How far a study is.
public struct StudyStatus: Sendable {
    public let plan: StudyPlan
    public let counts: [TrialState: Int]
    /// The trained trial with the highest validation Dice, the oldest of equal ones; nil before the first.
    public let best: Trial?
    /// Who works on it now; nil where nobody does.
    public let owner: StudyOwner?
    /// Proposals whose value is known.
    public let iterations: Int
    /// Seconds that the rest will take, as long on the average as what is done; nil before anything is.
    public let secondsLeft: Double?

    /// Reads it, also while another process works on the study.
    public init(of path: String) throws(StudyError) {
        let folder = StudyFolder(path)
        plan = try StudyPlan(in: folder)
        let database = try StudyDatabase.read(folder, study: plan.study)
        let owner = StudyLock.owner(of: folder)
        self.owner = owner
        let pace: Pace
        (counts, best, iterations, pace) = try database.read { db in
            (
                try Trial.counts(in: db), try Trial.best(in: db),
                try Int.fetchOne(db, sql: "SELECT count(tellSerial) FROM trial") ?? 0,
                try Pace(db, isRunning: owner != nil)
            )
        }
        let (done, all) =
            switch plan.budget {
            case .iterations(let most): (iterations, most)
            case .effectiveIterations(let most): (counts[.completed, default: 0], most)
            }
        secondsLeft =
            done >= all
            ? 0 : done == 0 ? nil : pace.seconds / Double(done) * Double(all - done) / pace.workers
    }
}

/// How fast a study goes.
private struct Pace {
    /// Of all attempts together.
    let seconds: Double
    /// At work now, or one where nothing runs.
    let workers: Double

    /// Attempts that nobody watches take no time.
    init(_ db: Database, isRunning: Bool) throws {
        let end = isRunning ? "coalesce(endedAt, \(StudySchema.now))" : "endedAt"
        seconds =
            try Double.fetchOne(
                db, sql: "SELECT total(max(0, \(end) - submittedAt)) FROM attempt")
            ?? 0
        let open = try Int.fetchOne(
            db, sql: "SELECT count(DISTINCT slot) FROM attempt WHERE reason IS NULL")
        workers = Double(max(1, open ?? 1))
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

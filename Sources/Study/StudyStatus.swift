internal import GRDB
package import SegNASSearch

/// The progress of a study.
public struct StudyStatus: Sendable {
    public let plan: StudyPlan
    public let counts: [TrialState: Int]
    /// The completed trial whose network the study delivers, as far as is known; nil before the first.
    public let best: Trial?
    /// What a model expects of it; nil where the Dice alone decides.
    package let expectation: Expectation?
    /// Trials with which the best one is compared.
    public let rivals: Rivals
    /// The process that works on it now; nil if there is none.
    public let owner: StudyOwner?
    /// The number of trials that have ended.
    public let iterations: Int
    /// The epochs of all trials' trainings, and the number to reach; nil unless there are rungs and a limit.
    package let epochs: (done: Int, all: Int)?
    /// The remaining seconds at the mean pace so far; nil before any trial has ended.
    public let secondsLeft: Double?

    /// Reads it, also while another process works on the study.
    public init(of path: String) throws(StudyError) {
        let folder = StudyFolder(path)
        plan = try StudyPlan(in: folder)
        let database = try StudyDatabase.read(folder, study: plan.study)
        let owner = StudyLock.owner(of: folder)
        self.owner = owner
        let choice: ResultChoice
        do { choice = ResultChoice(plan: plan, space: try plan.searchSpace()) } catch {
            throw .space(error)
        }
        let (pace, ranking, spent): (Pace, ResultChoice.Ranking, Int)
        let hasRungs = plan.rungs != nil
        (spent, counts, ranking, iterations, pace, rivals) = try database.read { db in
            (
                hasRungs ? try Stage.epochsTrained(in: db) : 0,
                try Trial.counts(in: db), try choice.ranking(in: db),
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM trial WHERE tellSerial IS NOT NULL OR state = 'stopped'
                        """) ?? 0,
                try Pace(db, isRunning: owner != nil), try Rivals(in: db)
            )
        }
        best = ranking.best
        epochs = plan.limit.epochs.map { (spent, $0) }
        expectation = ranking.best.flatMap { ranking.expectations[$0.number] }
        let (done, all) =
            switch plan.budget {
            case .iterations(let count): (iterations, count)
            case .effectiveIterations, .effectiveEpochs:
                epochs ?? (counts[.completed, default: 0], plan.budget.count)
            }
        let open = [TrialState.queued, .running, .paused].reduce(0) { [counts] in
            $0 + counts[$1, default: 0]
        }
        let isOver =
            hasRungs && open == 0
            && plan.isSpent(epochs: spent, trials: counts.values.reduce(0, +))
        let isExhausted = plan.exhaustedAt == counts.values.reduce(0, +)
        secondsLeft =
            done >= all || isExhausted || isOver
            ? 0 : done == 0 ? nil : pace.seconds / Double(done) * Double(all - done) / pace.workers
    }
}

/// The pace of a study.
private struct Pace {
    /// The duration of all attempts together.
    let seconds: Double
    /// The number of workers now, at least one.
    let workers: Double

    /// Reads the pace; attempts without a running coordinator take no time.
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

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
    /// Where they likely are, as trials differ; nil before any trial has ended.
    public let likelySecondsLeft: ClosedRange<Double>?

    /// Reads it, also while another process works on the study.
    ///
    /// - Parameters:
    ///   - path: The study's folder.
    ///   - budget: Another budget that the study would go on with; nil for its own.
    /// - Throws: ``StudyError`` for a study that cannot be read, or does not take the budget.
    public init(of path: String, budget: StudyPlan.Budget? = nil) throws(StudyError) {
        let folder = StudyFolder(path)
        var plan = try StudyPlan(in: folder)
        if let budget {
            let differences = plan.budget.differences(to: budget)
            guard differences.isEmpty else { throw .planChanged(differences) }
            plan.budget = budget
        }
        self.plan = plan
        let database = try StudyDatabase.read(folder, study: plan.study)
        let owner = StudyLock.owner(of: folder)
        self.owner = owner
        let choice: ResultChoice
        do { choice = ResultChoice(plan: plan, space: try plan.searchSpace()) } catch {
            throw .space(error)
        }
        let (ranking, progress): (ResultChoice.Ranking, StudyProgress)
        (progress, ranking, rivals) = try database.read { db in
            (
                try StudyProgress(in: db, plan: plan, isRunning: owner != nil),
                try choice.ranking(in: db), try Rivals(in: db)
            )
        }
        counts = progress.counts
        iterations = progress.iterations
        best = ranking.best
        epochs = plan.limit.epochs.map { _ in (progress.done, progress.all) }
        expectation = ranking.best.flatMap { ranking.expectations[$0.number] }
        secondsLeft = progress.secondsLeft
        likelySecondsLeft = progress.likelySecondsLeft
    }
}

internal import GRDB
internal import SegNASHost
public import SegNASSearch

/// Everything that a study has recorded, at one moment.
///
/// Reading changes nothing and takes one short transaction, so that it may be done at any time, also while another
/// process works on the study.
///
/// ```swift
/// let study = try StudySnapshot(of: "study")
/// print(study.trials.count, study.best?.trial.end?.dice ?? 0)
/// ```
public struct StudySnapshot: Sendable {
    public let plan: StudyPlan
    public let space: SearchSpace
    /// The trials by their numbers, from 0.
    public let trials: [TrialRecord]
    /// The completed trial whose network the study delivers, as far as is known; nil before the first.
    public let best: TrialRecord?
    /// The stages of trials, in the order in which they were ordered; empty without rungs.
    package let stages: [Stage]
    /// What a model expects of completed trials, by their numbers; empty where the Dice alone decides.
    package let expectations: [Int: Expectation]
    /// Trials with which the best one is compared.
    public let rivals: Rivals
    /// The process that works on it now; nil if there is none.
    public let owner: StudyOwner?
    package let progress: StudyProgress
    /// Runs of trials that go on, and those that ended without a result, in the order in which they began.
    package let runs: [AttemptRecord]
    /// When the first trial was begun, in seconds since 1970; nil before.
    package let began: Double?

    public init(of path: String) throws(StudyError) {
        let folder = StudyFolder(path)
        let plan = try StudyPlan(in: folder)
        self.plan = plan
        let owner = StudyLock.owner(of: folder)
        self.owner = owner
        do {
            space = try plan.searchSpace()
        } catch {
            throw .space(error)
        }
        let database = try StudyDatabase.read(folder, study: plan.study)
        // Rows only: the transaction must not wait for them to be understood.
        let rows: StudyRows
        (rows, rivals, progress) = try database.read { db in
            (
                try StudyRows(db), try Rivals(in: db),
                try StudyProgress(in: db, plan: plan, isRunning: owner != nil)
            )
        }
        runs = rows.runRows.map(AttemptRecord.init)
        began = rows.began
        let trials = try naming(folder) { try rows.trials() }
        let scales = trials.reversed().lazy.compactMap { record -> ProcessScales? in
            if case .model(let scales) = record.trial.proposal.origin { scales } else { nil }
        }.first
        stages = rows.stageRows.map(Stage.init)
        let ended = trials.map(\.trial).filter { [.completed, .stopped].contains($0.state) }
        let ranking = ResultChoice(plan: plan, space: space).ranking(
            of: ended, stages: stages,
            points: Dictionary(
                uniqueKeysWithValues: trials.map { ($0.number, $0.trial.proposal.point) }),
            scales: scales)
        best = ranking.best.map { trials[$0.number] }
        expectations = ranking.expectations
        self.trials = trials
    }

    /// True if its budget is spent, or its space used up, and all its trials have ended.
    public var isComplete: Bool {
        guard trials.allSatisfy({ $0.trial.tellSerial != nil || $0.trial.state == .stopped })
        else { return false }
        if plan.exhaustedAt == trials.count { return true }
        if plan.rungs != nil { return plan.isSpent(epochs: epochsTrained, trials: trials.count) }
        return switch plan.budget {
        case .iterations(let count): trials.count >= count
        case .effectiveIterations(let count):
            trials.count { $0.trial.state == .completed } >= count
        case .effectiveEpochs: false
        }
    }

    /// The epochs of all trials' trainings, where there are rungs.
    package var epochsTrained: Int {
        var reached: [Int: Int] = [:]
        for stage in stages where stage.report?.isTrained == true {
            reached[stage.trial] = stage.epochs
        }
        return reached.values.reduce(0, +)
    }
}

/// The rows of a study's tables.
private struct StudyRows {
    let trialRows: [Row]
    let attemptRows: [Row]
    let epochRows: [Row]
    let labelRows: [Row]
    let stageRows: [Row]
    let runRows: [Row]
    let began: Double?

    init(_ db: Database) throws {
        // Studies of earlier versions are read as they are.
        stageRows =
            try db.tableExists("stage")
            ? Row.fetchAll(db, sql: "SELECT * FROM stage ORDER BY orderSerial") : []
        trialRows = try Row.fetchAll(db, sql: "SELECT * FROM trial ORDER BY number")
        attemptRows = try Row.fetchAll(
            db,
            sql: """
                SELECT trial, count(*) AS attempts, min(submittedAt) AS began,
                    total(max(0, coalesce(endedAt, \(StudySchema.now)) - submittedAt)) AS seconds
                FROM attempt GROUP BY trial
                """)
        epochRows = try Row.fetchAll(
            db, sql: "SELECT trial, epoch, loss, dice, seconds FROM epoch ORDER BY trial, epoch")
        runRows = try Row.fetchAll(
            db,
            sql: """
                SELECT trial, number, slot, reason, lastLines, submittedAt, endedAt FROM attempt
                WHERE reason IS NULL OR reason NOT IN ('result', 'stopped') ORDER BY submittedAt
                """)
        began = try Double.fetchOne(db, sql: "SELECT min(submittedAt) FROM attempt")
        // Only those of the epochs that count: large studies have hundreds of thousands of epochs.
        labelRows = try Row.fetchAll(
            db,
            sql: """
                SELECT epoch.trial, epoch.dicePerLabel, min(epoch.epoch) FROM epoch
                JOIN trial ON trial.number = epoch.trial AND trial.dice = epoch.dice
                GROUP BY epoch.trial
                """)
    }

    func trials() throws -> [TrialRecord] {
        var attempts: [Int: (count: Int, seconds: Double, began: Double)] = [:]
        for row in attemptRows {
            attempts[row["trial"]] = (row["attempts"], row["seconds"], row["began"])
        }
        var epochs: [Int: [TrialRecord.Epoch]] = [:]
        for row in epochRows { epochs[row["trial"], default: []].append(.init(row)) }
        var labels: [Int: [String: Double]] = [:]
        for row in labelRows {
            labels[row["trial"]] = try JSONDocument.parse(
                row["dicePerLabel"], as: [String: Double].self)
        }
        return try trialRows.map { row in
            let trial = try Trial(row)
            return TrialRecord(
                trial: trial, attempts: attempts[trial.number]?.count ?? 0,
                seconds: attempts[trial.number]?.seconds ?? 0,
                began: attempts[trial.number]?.began, ended: row["endedAt"],
                epochs: epochs[trial.number] ?? [], dicePerLabel: labels[trial.number] ?? [:])
        }
    }
}

extension TrialRecord.Epoch {
    fileprivate init(_ row: Row) {
        self.init(
            number: row["epoch"], loss: row["loss"], dice: row["dice"], seconds: row["seconds"])
    }
}

/// A run of a trial by a worker, with its times.
package struct AttemptRecord: Hashable, Sendable {
    package let trial: Int
    /// The number, from 1.
    package let number: Int
    package let slot: String
    /// Why it ended; nil if it goes on, as far as is known.
    package let reason: AttemptEnd.Reason?
    /// What the worker wrote last.
    package let lastLines: String
    /// Seconds since 1970.
    package let began: Double
    package let ended: Double?

    fileprivate init(_ row: Row) {
        (trial, number, slot) = (row["trial"], row["number"], row["slot"])
        reason = (row["reason"] as String?).flatMap(AttemptEnd.Reason.init)
        (lastLines, began, ended) = (row["lastLines"], row["submittedAt"], row["endedAt"])
    }
}

/// A trial and all that was recorded of its training.
public struct TrialRecord: Hashable, Sendable {
    public let trial: Trial
    /// The number of runs by workers, those without a result included.
    public let attempts: Int
    /// The duration of all attempts; of a running one, until now.
    public let seconds: Double
    /// When its first attempt was begun, in seconds since 1970; nil if there was none.
    package let began: Double?
    /// When it ended, in seconds since 1970; nil before.
    package let ended: Double?
    /// The epochs in order; empty before the trial has ended, and if it was not trained.
    public let epochs: [Epoch]
    /// Validation Dice of each label, by its value in the dataset's files, in the epoch of the trial's Dice.
    public let dicePerLabel: [String: Double]

    public var number: Int { trial.number }

    /// An epoch of the training; the first has number 1.
    public struct Epoch: Hashable, Sendable {
        public let number: Int
        public let loss: Double
        /// The mean Dice of the validation cases.
        public let dice: Double
        public let seconds: Double
    }
}

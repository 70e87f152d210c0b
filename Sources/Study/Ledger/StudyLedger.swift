internal import FoundationEssentials
internal import GRDB
internal import SegNASHost
public import SegNASSearch

/// The record of a study: its trials, their results, and the scheduler that learns from them.
///
/// It is kept by the one process that owns the study. Every step is one transaction, and the scheduler takes it only
/// after the transaction is on the disk, so that record and scheduler never disagree: the scheduler is made again from
/// the record when a study is opened.
public final class StudyLedger {
    public let folder: StudyFolder
    public internal(set) var plan: StudyPlan
    public let space: SearchSpace
    let database: StudyDatabase
    let lock: StudyLock
    var scheduler: any Scheduler
    /// What proposes the trials.
    public var sampler: any Sampler { scheduler.source }
    /// The number of trials in each state.
    public internal(set) var counts: [TrialState: Int] = [:]

    /// The way in which the database was recovered when it was opened; nil if nothing was lost.
    public let recovery: StudyRecovery?
    /// The process that had the study last and did not release it; nil if there is none.
    public var formerOwner: StudyOwner? { lock.former }

    /// The reason why the last backup could not be made; nil if it was.
    public private(set) var backupFault: StudyError?

    /// The ranking of the trials by so many reported values.
    var knownRanking: (tells: Int, ranking: ResultChoice.Ranking)?

    /// The number of results since the last backup, and of those among them that cost a training.
    private var resultsToBackUp = (all: 0, trained: 0)

    /// Begins a study in a folder that is empty or does not exist, or that a killed process had begun to fill.
    public init(creating plan: StudyPlan, in path: String) throws(StudyError) {
        folder = StudyFolder(path)
        self.plan = plan
        (space, scheduler) = try Self.start(plan)
        let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        let isFree = names?.allSatisfy(folder.isOfNewStudy)
        guard isFree ?? !FileManager.default.fileExists(atPath: path) else {
            throw .exists(folder: path)
        }
        do throws(SystemFailure) {
            try FileSystem.makeFolder(path)
        } catch {
            throw .file(path, reason: "cannot be made: \(error)")
        }
        lock = try StudyLock(folder)
        for name in names ?? [] where "\(path)/\(name)" != folder.lock {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        recovery = nil
        database = try StudyDatabase.create(in: folder, study: plan.study)
        // Last: a folder without a plan is no study yet.
        try plan.write(to: folder)
    }

    /// Opens a study to resume it.
    public init(opening path: String) throws(StudyError) {
        folder = StudyFolder(path)
        plan = try StudyPlan(in: folder)
        (space, scheduler) = try Self.start(plan)
        lock = try StudyLock(folder)
        recovery = try StudyDatabase.recover(folder, study: plan.study)
        database = try StudyDatabase.open(folder, study: plan.study)
        let kept = database.resultsInBackup()
        let hasRungs = plan.rungs != nil
        let (record, counts, later) = try database.read { db in
            (
                try SchedulerRecord(db, hasRungs: hasRungs), try Trial.counts(in: db),
                try Trial.reported(after: kept, in: db)
            )
        }
        self.counts = counts
        // Earlier processes may each have reported too few for a backup.
        resultsToBackUp = later
        do {
            try scheduler.replay(record)
        } catch {
            throw .replay(error, file: folder.database)
        }
    }

    private static func start(
        _ plan: StudyPlan
    ) throws(StudyError) -> (SearchSpace, any Scheduler) {
        let space: SearchSpace
        do { space = try plan.searchSpace() } catch { throw .space(error) }
        do {
            return (
                space, try plan.sampler.scheduler(in: space, rungs: plan.rungs, limit: plan.limit)
            )
        } catch {
            throw .sampler(error)
        }
    }

    /// True if the plan allows no further proposal, or none until trials end.
    public var isBudgetSpent: Bool {
        // A ladder knows by itself.
        guard plan.rungs == nil else { return false }
        return switch plan.budget {
        case .iterations(let count): sampler.askCount >= count
        case .effectiveIterations(let count):
            counts[.completed, default: 0] + counts[.queued, default: 0]
                + counts[.running, default: 0] >= count
        case .effectiveEpochs: preconditionFailure("epochs are counted with rungs")
        }
    }

    /// The epochs of all trainings so far, and the number to reach; nil unless there are rungs and a limit.
    public var epochs: (done: Int, all: Int)? {
        plan.limit.epochs.map { (scheduler.epochsSpent, $0) }
    }

    /// How far the search is, as ``StudyStatus`` tells it.
    package func progress() throws(StudyError) -> StudyProgress {
        try database.read { db in try StudyProgress(in: db, plan: plan, isRunning: true) }
    }

    /// A trial by its number.
    public func trial(_ number: Int) throws(StudyError) -> Trial {
        try database.read { db in try Trial.find(number, in: db) }
    }

    /// A trial that is new or has changed.
    struct Step {
        var trial: Trial
        /// The value that is reported to the scheduler now; nil if none is.
        var value: Double?
        /// The order that the trial answers to from now on, where there are rungs.
        var stage: Stage?

        fileprivate var isTrained: Bool { trial.state == .completed || trial.state == .paused }
    }

    /// Changes trials in one transaction, and then reports their values to the scheduler.
    ///
    /// - Parameters:
    ///   - scheduler: The new scheduler, before the values are reported.
    ///   - body: Returns the trials that it has changed, in the order in which their values are reported.
    /// - Returns: The trials as they are recorded.
    /// - Throws: ``StudyError``; then neither the database nor the scheduler has changed.
    func commit(
        _ scheduler: (any Scheduler)? = nil, _ body: (Database) throws -> [Step]
    ) throws(StudyError) -> [Trial] {
        var scheduler = scheduler ?? self.scheduler
        let first = scheduler.reportCount
        let (steps, counts) = try database.write { db in
            var serial = first
            let steps = try body(db).map { step in
                let saved = try self.save(step, serial: serial, in: db)
                if step.value != nil { serial += 1 }
                return saved
            }
            return (steps, try Trial.counts(in: db))
        }
        for step in steps {
            guard let value = step.value else { continue }
            scheduler.report(
                Report(number: step.trial.number, value: value, isTrained: step.isTrained))
        }
        self.scheduler = scheduler
        self.counts = counts
        let trials = steps.map(\.trial)
        #if DEBUG
            checkStep(trials)
        #endif
        backUpIfDue(after: steps.filter { $0.value != nil }.map(\.trial))
        return trials
    }

    /// Writes a step, whose value has a serial number if it is reported.
    private func save(_ step: Step, serial: Int, in db: Database) throws -> Step {
        var step = step
        // A value that was reported from a lower rung is not the trial's last.
        if let value = step.value, step.trial.state.isEnd {
            (step.trial.tellSerial, step.trial.value) = (serial, value)
        }
        try step.trial.save(in: db)
        try step.stage?.insert(into: db)
        if let value = step.value, plan.rungs != nil {
            try Stage.report(
                Stage.Reported(
                    serial: serial, value: value, dice: step.trial.dice,
                    isTrained: step.isTrained), of: step.trial.number, in: db)
        }
        return step
    }

    /// Makes a backup after every tenth result.
    ///
    /// A copy of a large study takes long: there, results that cost nothing wait for it.
    private func backUpIfDue(after reported: [Trial]) {
        resultsToBackUp.all += reported.count
        resultsToBackUp.trained += reported.count {
            [.completed, .paused, .failed].contains($0.state)
        }
        guard
            resultsToBackUp.trained >= 10
                || resultsToBackUp.all >= max(10, scheduler.reportCount / 100)
        else { return }
        do throws(StudyError) {
            try database.backUp()
            backupFault = nil
            resultsToBackUp = (0, 0)
        } catch {
            backupFault = error
        }
    }
}

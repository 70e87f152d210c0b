internal import FoundationEssentials
internal import GRDB
internal import SegNASHost
public import SegNASSearch

/// The record of a study: its trials, their results, and the sampler that learns from them.
///
/// It is kept by the one process that owns the study. Every step is one transaction, and the sampler takes it only
/// after the transaction is on the disk, so that record and sampler never disagree: the sampler is made again from the
/// record when a study is opened.
public final class StudyLedger {
    public let folder: StudyFolder
    public internal(set) var plan: StudyPlan
    public let space: SearchSpace
    let database: StudyDatabase
    let lock: StudyLock
    public internal(set) var sampler: any Sampler
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
        (space, sampler) = try Self.start(plan)
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
        (space, sampler) = try Self.start(plan)
        lock = try StudyLock(folder)
        recovery = try StudyDatabase.recover(folder, study: plan.study)
        database = try StudyDatabase.open(folder, study: plan.study)
        let kept = database.resultsInBackup()
        let (record, counts, later) = try database.read { db in
            (
                try SamplerRecord(db), try Trial.counts(in: db),
                try Trial.reported(after: kept, in: db)
            )
        }
        self.counts = counts
        // Earlier processes may each have reported too few for a backup.
        resultsToBackUp = later
        do {
            try sampler.replay(record)
        } catch {
            throw .replay(error, file: folder.database)
        }
    }

    private static func start(
        _ plan: StudyPlan
    ) throws(StudyError) -> (SearchSpace, any Sampler) {
        let space: SearchSpace
        do { space = try plan.searchSpace() } catch { throw .space(error) }
        do {
            return (space, try plan.sampler.sampler(in: space))
        } catch {
            throw .sampler(error)
        }
    }

    /// True if the plan allows no further proposal, or none until trials end.
    public var isBudgetSpent: Bool {
        switch plan.budget {
        case .iterations(let count): sampler.askCount >= count
        case .effectiveIterations(let count):
            counts[.completed, default: 0] + counts[.queued, default: 0]
                + counts[.running, default: 0] >= count
                // A space in which hardly anything can be trained.
                || sampler.askCount >= 1000 * count
        }
    }

    /// A trial by its number.
    public func trial(_ number: Int) throws(StudyError) -> Trial {
        try database.read { db in try Trial.find(number, in: db) }
    }

    /// A trial that is new or has changed.
    struct Step {
        var trial: Trial
        /// The value that is reported to the sampler now; nil if none is.
        var value: Double?
    }

    /// Changes trials in one transaction, and then reports their values to the sampler.
    ///
    /// - Parameters:
    ///   - sampler: The new sampler, before the values are reported.
    ///   - body: Returns the trials that it has changed, in the order in which their values are reported.
    /// - Returns: The trials as they are recorded.
    /// - Throws: ``StudyError``; then neither the database nor the sampler has changed.
    func commit(
        _ sampler: (any Sampler)? = nil, _ body: (Database) throws -> [Step]
    ) throws(StudyError) -> [Trial] {
        var sampler = sampler ?? self.sampler
        let first = sampler.tellCount
        let (trials, counts) = try database.write { db in
            var serial = first
            let trials = try body(db).map { step in
                var trial = step.trial
                if let value = step.value {
                    (trial.tellSerial, trial.value) = (serial, value)
                    serial += 1
                }
                try trial.save(in: db)
                return trial
            }
            return (trials, try Trial.counts(in: db))
        }
        for trial in trials {
            if let value = trial.value { sampler.tell(value, of: trial.number) }
        }
        self.sampler = sampler
        self.counts = counts
        #if DEBUG
            checkStep(trials)
        #endif
        backUpIfDue(after: trials.filter { $0.tellSerial != nil })
        return trials
    }

    /// Makes a backup after every tenth result.
    ///
    /// A copy of a large study takes long: there, results that cost nothing wait for it.
    private func backUpIfDue(after reported: [Trial]) {
        resultsToBackUp.all += reported.count
        resultsToBackUp.trained += reported.count { $0.state == .completed || $0.state == .failed }
        guard
            resultsToBackUp.trained >= 10 || resultsToBackUp.all >= max(10, sampler.tellCount / 100)
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

internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSegmentation
internal import SegNASStudy

/// A study, with the trainings that go on in it.
///
/// Its database is read again only when it has changed, and what workers write by itself: a study of thousands of
/// trials takes a while to read, and an epoch ends more often than a trial.
struct WatchedStudy: Watched {
    private let folder: StudyFolder
    private var record: StudySnapshot
    private var report: StudyReport
    private var history: ReportHistory
    private var work: StudyWork
    private var stamps: FileStamps
    private var hasOwner: Bool
    /// The time before which the database is not read again.
    private var pause = 0.0
    private(set) var order: [String] = []
    private(set) var parts: [String: String] = [:]

    init(_ path: String) throws {
        folder = StudyFolder(path)
        stamps = Self.stamps(folder)
        record = try StudySnapshot(of: path)
        report = try StudyReport(of: folder, record: record)
        report.date = nil
        work = StudyWork(folder)
        work.refresh(record, hasOwner: record.owner != nil)
        hasOwner = record.owner != nil
        report.work = work.live
        history = try ReportHistory(report.data)
        show(all: true)
    }

    private static func stamps(_ folder: StudyFolder) -> FileStamps {
        FileStamps([
            folder.plan, folder.lock, folder.database, "\(folder.database)-wal", folder.candidates,
            "\(folder.bestModel)/training.json", "\(folder.test)/evaluation.json",
        ])
    }

    /// Whether the process that has the study is still there: its death changes no file.
    private var ownerIsThere: Bool {
        record.owner.map { !$0.isOfThisHost || $0.isThere } ?? false
    }

    mutating func refresh(change: Int) throws -> Bool {
        let now = Self.stamps(folder)
        let isOwned = ownerIsThere
        let isChanged = now != stamps || isOwned != hasOwner
        if isChanged, currentTime() >= pause {
            return try read(now, change)
        }
        if work.refresh(record, hasOwner: hasOwner) {
            report.work = work.live
            show(all: false)
        }
        return false
    }

    private mutating func read(_ now: FileStamps, _ change: Int) throws -> Bool {
        let begin = currentTime()
        record = try StudySnapshot(of: folder.path)
        report = try StudyReport(of: folder, record: record)
        report.date = nil
        (stamps, hasOwner) = (now, record.owner != nil)
        work.refresh(record, hasOwner: hasOwner)
        report.work = work.live
        let data = report.data
        let differs = try history.update(data, change: change)
        show(all: true)
        // At most a fiftieth of a core, however large the study.
        pause = begin + max(1, 50 * (currentTime() - begin))
        return differs
    }

    /// Makes the parts, or those of the work alone.
    private mutating func show(all: Bool) {
        if all {
            let shown = report.parts(history.data)
            parts = Dictionary(uniqueKeysWithValues: shown.map { ($0.id, $0.html) })
            order = shown.map(\.id)
        } else {
            let shown = report.workParts(history.data)
            let work = StudyReport.workIDs
            for id in work { parts[id] = nil }
            for (id, html) in shown { parts[id] = html }
            order = shown.map(\.id) + order.filter { !work.contains($0) }
        }
    }

    var structure: String { "\(record.plan.study)\(order.contains("cases") ? ", cases" : "")" }

    func data(after change: Int) throws -> String? { try history.text(after: change) }

    func html(at position: LivePosition) throws -> String {
        try report.html(history.data, at: position)
    }
}

/// What goes on in a study, beside its database.
private struct StudyWork {
    private let folder: StudyFolder
    private var stamps = FileStamps([])
    private var trials: [Int] = []
    private var meter = CoreMeter()
    private(set) var live = LiveWork(cores: 0, memory: 0)

    init(_ folder: StudyFolder) {
        self.folder = folder
    }

    /// Looks at what workers have written; true if that has changed.
    @discardableResult
    mutating func refresh(_ record: StudySnapshot, hasOwner: Bool) -> Bool {
        let runs = hasOwner ? record.runs.filter { $0.reason == nil } : []
        let finals = hasOwner && record.isComplete ? openFinals() : []
        let preview = record.best.map { TrialFolder(folder.trial($0.number)).preview }
        let files =
            runs.flatMap { workerFiles($0.trial) }
            + finals.map { "\($0)/log.jsonl" }
            + [folder.database, "\(folder.database)-wal"] + (preview.map { [$0] } ?? [])
        let now = FileStamps(files)
        let running = runs.map(\.trial)
        guard
            now != stamps || running != trials || finals.count != live.trainings.count - runs.count
        else { return false }
        (stamps, trials) = (now, running)
        let beats = runs.map { beat(of: $0) }
        let machine = HostResources.current()
        var processes = beats.compactMap { $0?.host == ProcessTable.host ? $0?.process : nil }
        if hasOwner, let owner = record.owner, owner.isOfThisHost {
            processes.append(owner.process)
        }
        live = LiveWork(
            trainings: zip(runs, beats).map { training($0, $1, record) }
                + finals.compactMap(finalTraining),
            lastSign: now.last, busyCores: meter.busyCores(processes),
            preview: preview.flatMap(picture), cores: machine.cores,
            memory: machine.memory.bytes)
        return true
    }

    private func workerFiles(_ trial: Int) -> [String] {
        let path = folder.trial(trial)
        return ["\(path)/run/log.jsonl"]
            + names(in: path).filter { $0.hasPrefix("beat.") }.map { "\(path)/\($0)" }
    }

    /// The last heartbeat of a run.
    private func beat(of run: AttemptRecord) -> Heartbeat? {
        TrialFolder(folder.trial(run.trial)).heartbeats().filter { $0.attempt == run.number }
            .max { $0.count < $1.count }
    }

    private func training(
        _ run: AttemptRecord, _ beat: Heartbeat?, _ record: StudySnapshot
    ) -> LiveTraining {
        let trial = record.trials[run.trial].trial
        let files = TrialFolder(folder.trial(run.trial))
        let epochs = EpochRecord.all(ofRun: files.run)
        return LiveTraining(
            title: "Trial \(run.trial)", trial: run.trial, network: trial.architecture,
            form: trial.form, epochs: epochs.map(TrainingEpoch.init),
            allEpochs: allEpochs(of: run.trial, record), place: run.slot, began: run.began,
            memory: beat?.residentMemory)
    }

    private func allEpochs(of trial: Int, _ record: StudySnapshot) -> Int {
        record.stages.last { $0.trial == trial }?.epochs
            ?? folder.epochs(of: record.plan) ?? 0
    }

    /// The runs of final trainings that have no model yet.
    private func openFinals() -> [String] {
        let finals = "\(folder.path)/\(StudyFolder.finals)"
        let runs = names(in: finals).flatMap { name -> [String] in
            let path = "\(finals)/\(name)"
            let folder = CrossValidationFolder(path)
            return folder.trainings.map { $0.all.map(folder.run) } ?? [path]
        }
        return runs.filter { run in
            let files = names(in: run)
            return files.contains("plan.json") && files.contains("checkpoints")
                && !files.contains("model")
        }
    }

    private func finalTraining(_ run: String) -> LiveTraining? {
        guard let report = try? RunReport(of: run, showing: nil), report.chosenEpoch == nil else {
            return nil
        }
        let trial = run.split(separator: "/").last { Int($0.prefix(6)) != nil }
            .flatMap { Int($0.prefix(6)) }
        let part = CrossValidationFolder(PathParts(run).folder).trainings?.all
            .first { run.hasSuffix("/\($0.name)") }.map { ", \($0.title)" }
        return LiveTraining(
            title: "Final training" + (trial.map { " of trial \($0)" } ?? "") + (part ?? ""),
            network: report.network, epochs: report.epochs, allEpochs: report.allEpochs)
    }
}

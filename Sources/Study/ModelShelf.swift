internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import SegNASSearch

/// The models of a study: that of its best trial is kept, with a few that may yet be delivered where a model of the
/// search decides, and no weights of other trials that have ended.
///
/// Every step may be repeated, so that the next process finishes what a killed one has not.
public struct ModelShelf {
    private let folder: StudyFolder
    /// The number of networks to train again at the end, whose runs are kept.
    private let finalists: Int
    private let files = FileManager.default

    public init(_ folder: StudyFolder, finalists: Int = 1) {
        self.folder = folder
        self.finalists = finalists
    }

    /// Keeps and removes models by the study's record.
    public func arrange(by ledger: StudyLedger) throws(StudyError) {
        let names = (try? files.contentsOfDirectory(atPath: folder.trials)) ?? []
        let trained = names.compactMap { Int($0) }.filter {
            files.fileExists(atPath: TrialFolder(folder.trial($0)).run)
        }
        var ended: [Int] = []
        for number in trained where number < ledger.sampler.askCount {
            let trial = try ledger.trial(number)
            if trial.tellSerial != nil || trial.state == .stopped { ended.append(number) }
        }
        try arrange(ended, by: ledger)
    }

    /// Keeps and removes models by the study's record, when trials have ended.
    public func arrange(_ ended: [Int], by ledger: StudyLedger) throws(StudyError) {
        let kept = try ledger.candidates().map(\.number)
        let finals = finalists > 1 ? try ledger.finalists(finalists).map(\.number) : []
        try arrange(
            ended, best: kept.first, others: Array(kept.dropFirst()), finals: finals,
            chosen: ledger.plan.chosen, recorded: ledger.sampler.askCount)
    }

    /// Keeps the model of the best trial and of some others, and removes the weights of those that have ended.
    ///
    /// Models of trials that are not recorded (yet) stay: a database that was lost gets their results again.
    ///
    /// - Parameters:
    ///   - ended: The trials that have ended.
    ///   - best: The best trial of the search.
    ///   - others: Trials whose models are kept beside that of the best one.
    ///   - finals: Trials whose final runs are kept beside those of the one that is delivered.
    ///   - chosen: The one of these that is delivered; nil for the best trial.
    ///   - recorded: The number of trials in the record.
    /// - Throws: ``StudyError``
    func arrange(
        _ ended: [Int], best: Int?, others: [Int] = [], finals: [Int] = [], chosen: Int? = nil,
        recorded: Int = .max
    ) throws(StudyError) {
        for number in others { try store(number) }
        if let best {
            let delivered = chosen ?? best
            try keep(
                best, others: others, delivered: delivered, finals: finals + [delivered],
                recorded: recorded)
            if chosen == nil { remove(folder.candidates) }
        }
        for number in ended where number != best { remove(TrialFolder(folder.trial(number)).run) }
    }

    /// Removes the checkpoints of paused trials, but for some of those of which most is expected.
    ///
    /// That is by a model, else by their Dice. One without is trained again from the start, to the same end, if it is
    /// to go on.
    public func keepPaused(_ count: Int, by ledger: StudyLedger) throws(StudyError) {
        guard ledger.counts[.paused, default: 0] > count else { return }
        for trial in try ledger.paused().dropFirst(count) {
            remove(TrialFolder(folder.trial(trial.number)).run)
        }
    }

    /// True if the model of a trial was kept.
    public func hasModel(of trial: Int) -> Bool { files.fileExists(atPath: folder.model(trial)) }

    /// Links `best` to the model of a final run of the best trial, until another trial is better.
    public func setBest(finalRun run: String) throws(StudyError) {
        try BestLink(folder).set(to: "\(run.dropFirst(folder.path.count + 1))/model")
    }

    /// Links `best` to the ensemble of the best trial's network and others, until another trial is better.
    public func setBest(ensembleOf trial: Int) throws(StudyError) {
        try BestLink(folder).set(
            to: String(folder.ensemble(trial).dropFirst(folder.path.count + 1)))
    }

    /// Removes ensembles but that of a trial's network and others; models must be arranged if `best` was one of them.
    public func removeEnsembles(but trial: Int? = nil) {
        let kept = trial.map { StudyFolder.name($0) + StudyFolder.ensembleEnding }
        removeAll(in: "\(folder.path)/\(StudyFolder.finals)") { name in
            let ensemble = String(name.prefix { $0 != "." })
            return ensemble.hasSuffix(StudyFolder.ensembleEnding) && ensemble != kept
        }
    }

    /// Links `best` to a cross-validation of the best trial's network, until another trial is better.
    public func setBest(finalSet folder: String) throws(StudyError) {
        try BestLink(self.folder).set(to: String(folder.dropFirst(self.folder.path.count + 1)))
    }

    // MARK: - Steps

    /// Moves the model of a trial to those that are kept.
    private func store(_ trial: Int) throws(StudyError) {
        let model = folder.model(trial)
        let trained = TrialFolder(folder.trial(trial))
        guard !hasModel(of: trial), files.fileExists(atPath: trained.model) else { return }
        try? files.createDirectory(atPath: folder.models, withIntermediateDirectories: true)
        guard rename(trained.model, model) == 0 else {
            throw .file(model, reason: "cannot be made: \(SystemFailure.last)")
        }
    }

    private func keep(
        _ trial: Int, others: [Int], delivered: Int, finals: [Int], recorded: Int
    ) throws(StudyError) {
        try store(trial)
        // A training that diverged leaves none.
        guard hasModel(of: trial) else { return }
        let name = StudyFolder.name(trial)
        let link = BestLink(folder)
        // The model of a final run of the trial that is delivered stays.
        let prefix = "\(StudyFolder.finals)/\(StudyFolder.name(delivered))-"
        let final = link.target.flatMap { target in
            target.hasPrefix(prefix)
                && files.fileExists(atPath: "\(folder.path)/\(target)") ? target : nil
        }
        try link.set(to: final ?? "models/\(name)")
        let kept = Set(others.map(StudyFolder.name)).union([name])
        removeAll(in: folder.models) { !kept.contains($0) && Int($0) ?? 0 < recorded }
        let runs = Set(finals.map { "\(StudyFolder.name($0))-" })
        removeAll(in: "\(folder.path)/\(StudyFolder.finals)") { final in
            final != StudyFolder.candidatesName && !runs.contains { final.hasPrefix($0) }
        }
        remove(TrialFolder(folder.trial(trial)).run)
    }

    private func removeAll(in path: String, where isOld: (String) -> Bool) {
        let names = (try? files.contentsOfDirectory(atPath: path)) ?? []
        for name in names where isOld(name) { remove("\(path)/\(name)") }
    }

    /// Removes a file or folder; one that cannot be removed only takes space, and is removed the next time.
    private func remove(_ path: String) {
        try? files.removeItem(atPath: path)
    }
}

/// A study's `best`: a link to a model of the study.
///
/// Many tools that copy folders follow links, and leave a copy of the model in its place, which a link replaces again.
struct BestLink {
    private let folder: StudyFolder
    private let files = FileManager.default

    init(_ folder: StudyFolder) {
        self.folder = folder
    }

    /// The model that it links to or is a copy of, relative to the study; nil if there is none.
    var target: String? {
        FolderLink.target(of: folder.best) ?? (isFolder ? original : nil)
    }

    /// Switches the link, so that it always leads to a whole model; a copy is removed when the link is there.
    func set(to target: String) throws(StudyError) {
        let copy = "\(folder.path)/.best.previous"
        guard isFolder else {
            if FolderLink.target(of: folder.best) != target { try link(to: target) }
            return remove(copy)
        }
        guard original != nil else {
            throw .file(
                folder.best,
                reason:
                    "is a folder and no copy of one of this study's models: rename it, and run the same command again"
            )
        }
        remove(copy)
        guard rename(folder.best, copy) == 0 else {
            throw .file(folder.best, reason: "cannot be moved: \(SystemFailure.last)")
        }
        do throws(StudyError) {
            try link(to: target)
        } catch {
            rename(copy, folder.best)
            throw error
        }
        remove(copy)
    }

    private func remove(_ copy: String) {
        try? files.removeItem(atPath: copy)
    }

    private func link(to target: String) throws(StudyError) {
        do throws(SystemFailure) {
            try FolderLink.set(folder.best, to: target)
        } catch {
            throw .file(folder.best, reason: "cannot be made: \(error)")
        }
    }

    private var isFolder: Bool {
        var status = stat()
        return lstat(folder.best, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The model, or the cross-validation, whose files are those of the folder.
    private var original: String? {
        let finals = names(StudyFolder.finals).flatMap { name in
            ["\(StudyFolder.finals)/\(name)/model", "\(StudyFolder.finals)/\(name)"]
        }
        let models = names("models").map { "models/\($0)" }
        return (finals + models).first {
            holdsSameFiles(folder.best, "\(folder.path)/\($0)")
        }
    }

    private func names(_ name: String) -> [String] {
        (try? files.contentsOfDirectory(atPath: "\(folder.path)/\(name)"))?.sorted() ?? []
    }

    /// True if two folders have the same files, also in their folders.
    private func holdsSameFiles(_ one: String, _ other: String) -> Bool {
        guard let names = try? files.contentsOfDirectory(atPath: one).sorted(),
            (try? files.contentsOfDirectory(atPath: other).sorted()) == names
        else { return false }
        return names.allSatisfy { name in
            let (a, b) = ("\(one)/\(name)", "\(other)/\(name)")
            return FileSystem.isFolder(a) ? holdsSameFiles(a, b) : hasSameBytes(a, b)
        }
    }
}

private func hasSameBytes(_ one: String, _ other: String) -> Bool {
    guard let one = try? MappedFile(path: one), let other = try? MappedFile(path: other),
        one.bytes.count == other.bytes.count
    else { return false }
    guard let first = one.bytes.baseAddress, let second = other.bytes.baseAddress else {
        return true
    }
    return memcmp(first, second, one.bytes.count) == 0
}

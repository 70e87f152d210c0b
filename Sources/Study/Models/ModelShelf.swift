internal import FoundationEssentials
internal import Glibc
internal import Host
internal import Search

/// The models of a study: that of its best trial is kept, and no weights of other trials that have ended.
///
/// Every step may be repeated, so that what a killed process has left undone is done by the next one.
public struct ModelShelf {
    private let folder: StudyFolder
    private let files = FileManager.default

    public init(_ folder: StudyFolder) {
        self.folder = folder
    }

    /// Brings all files to what the book says.
    public func arrange(by ledger: StudyLedger) throws(StudyError) {
        let names = (try? files.contentsOfDirectory(atPath: folder.trials)) ?? []
        let trained = names.compactMap { Int($0) }.filter {
            files.fileExists(atPath: TrialFolder(folder.trial($0)).run)
        }
        var ended: [Int] = []
        for number in trained where number < ledger.sampler.askCount {
            if try ledger.trial(number).tellSerial != nil { ended.append(number) }
        }
        try arrange(ended, best: try ledger.best()?.number)
    }

    /// Keeps the model of the best trial, and removes the weights of those that have ended.
    public func arrange(_ ended: [Int], best: Int?) throws(StudyError) {
        if let best { try keep(best) }
        for number in ended where number != best { remove(TrialFolder(folder.trial(number)).run) }
    }

    /// Lets `best` name the model of a final run of the best trial, until a trial is better.
    public func crown(final trial: Int, epochs: Int) throws(StudyError) {
        let run = folder.final(trial, epochs: epochs).dropFirst(folder.path.count + 1)
        try link(to: "\(run)/model")
    }

    // MARK: - Steps

    private func keep(_ trial: Int) throws(StudyError) {
        let model = folder.model(trial)
        let trained = TrialFolder(folder.trial(trial))
        if !files.fileExists(atPath: model), files.fileExists(atPath: trained.model) {
            try? files.createDirectory(atPath: folder.models, withIntermediateDirectories: true)
            guard rename(trained.model, model) == 0 else {
                throw .file(model, reason: "cannot be made: \(SystemFailure.last)")
            }
        }
        // A training that diverged has left none.
        guard files.fileExists(atPath: model) else { return }
        let name = StudyFolder.name(trial)
        if !isCrowned(trial) { try link(to: "models/\(name)") }
        removeAll(in: folder.models) { $0 != name }
        removeAll(in: "\(folder.path)/\(StudyFolder.finals)") { !$0.hasPrefix("\(name)-") }
        remove(trained.run)
    }

    /// Whether `best` names a model of a final run of the trial.
    private func isCrowned(_ trial: Int) -> Bool {
        let target = try? files.destinationOfSymbolicLink(atPath: folder.best)
        return files.fileExists(atPath: folder.best)
            && target?.hasPrefix("\(StudyFolder.finals)/\(StudyFolder.name(trial))-") == true
    }

    private func removeAll(in path: String, where isOld: (String) -> Bool) {
        let names = (try? files.contentsOfDirectory(atPath: path)) ?? []
        for name in names where isOld(name) { remove("\(path)/\(name)") }
    }

    /// Switches `best`, so that it always names a whole model.
    private func link(to target: String) throws(StudyError) {
        guard (try? files.destinationOfSymbolicLink(atPath: folder.best)) != target else { return }
        let partial = folder.best + ".partial"
        unlink(partial)
        guard symlink(target, partial) == 0, rename(partial, folder.best) == 0 else {
            throw .file(folder.best, reason: "cannot be made: \(SystemFailure.last)")
        }
    }

    /// Files that stay in spite of this cost room, no more, and are removed the next time.
    private func remove(_ path: String) {
        try? files.removeItem(atPath: path)
    }
}

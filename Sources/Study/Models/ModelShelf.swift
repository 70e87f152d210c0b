internal import FoundationEssentials
internal import Glibc
internal import SegNASHost
internal import SegNASSearch

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
        try arrange(ended, best: try ledger.best()?.number, known: ledger.sampler.askCount)
    }

    /// Keeps the model of the best trial, and removes the weights of those that have ended.
    ///
    /// Models of trials that the book does not know yet stay: one that was lost learns of their results again.
    public func arrange(_ ended: [Int], best: Int?, known: Int = .max) throws(StudyError) {
        if let best { try keep(best, known: known) }
        for number in ended where number != best { remove(TrialFolder(folder.trial(number)).run) }
    }

    /// Lets `best` name the model of a final run of the best trial, until a trial is better.
    public func crown(final trial: Int, epochs: Int) throws(StudyError) {
        let run = folder.final(trial, epochs: epochs).dropFirst(folder.path.count + 1)
        try BestLink(folder).set(to: "\(run)/model")
    }

    // MARK: - Steps

    private func keep(_ trial: Int, known: Int) throws(StudyError) {
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
        let link = BestLink(folder)
        // Of a final run of this trial, it stays.
        let final = link.target.flatMap { target in
            target.hasPrefix("\(StudyFolder.finals)/\(name)-")
                && files.fileExists(atPath: "\(folder.path)/\(target)") ? target : nil
        }
        try link.set(to: final ?? "models/\(name)")
        removeAll(in: folder.models) { $0 != name && Int($0) ?? 0 < known }
        removeAll(in: "\(folder.path)/\(StudyFolder.finals)") { !$0.hasPrefix("\(name)-") }
        remove(trained.run)
    }

    private func removeAll(in path: String, where isOld: (String) -> Bool) {
        let names = (try? files.contentsOfDirectory(atPath: path)) ?? []
        for name in names where isOld(name) { remove("\(path)/\(name)") }
    }

    /// Files that stay in spite of this cost room, no more, and are removed the next time.
    private func remove(_ path: String) {
        try? files.removeItem(atPath: path)
    }
}

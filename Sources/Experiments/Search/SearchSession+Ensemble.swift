internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSegmentation
public import SegNASStudy
internal import SegNASTorch

/// The ensemble of several networks, when they are trained.
extension SearchSession {
    /// Weighs the best networks on the validation cases, and links `best` to their ensemble where it is better.
    ///
    /// What was weighed is not weighed again, nor are cases before an interruption, and the model of the best network
    /// alone stays where it is not.
    func weighEnsemble(_ shelf: ModelShelf) throws {
        guard conditions.weighsEnsemble, let best = try ledger.best() else { return }
        let members = try ensembleMembers(shelf)
        guard members.count > 1 else {
            return monitor.warn("there is one model alone, of which no ensemble can be made")
        }
        let outcome = try known(members, best) ?? weigh(members, best)
        let chosen = zip(members, outcome.members).filter { $1.weight > 0 }
        if outcome.isWritten {
            try EnsembleFolder(folder.ensemble(best.number)).write(
                chosen.map(\.0.model), weights: chosen.map(\.1.weight))
            try shelf.setBest(ensembleOf: best.number)
            shelf.removeEnsembles(but: best.number)
        } else {
            shelf.removeEnsembles()
            // Where one was the model, the network alone is again.
            if !conditions.comparesCandidates { try shelf.arrange(by: ledger) }
        }
        try write(outcome, to: folder.ensembleRecord(best.number))
        // One that stays is only removed the next time.
        try? FileManager.default.removeItem(atPath: folder.ensembleProgress(best.number))
    }

    private func write(_ record: some Encodable, to file: String) throws {
        do {
            try FileSystem.makeFolder(PathParts(file).folder)
            try JSONDocument.write(record, to: file)
        } catch let failure as SystemFailure where failure.isFullDisk {
            throw StudyError.diskFull(file: file)
        } catch {
            throw StudyError.file(file, reason: "cannot be written: \(error)")
        }
    }

    /// The most bytes of probabilities of a case in memory.
    private static let scoreMemory: UInt64 = 1 << 30

    /// A network of the ensemble.
    private struct EnsembleMember {
        let trial: Int
        /// The folder of its model, and the checksum of its weights.
        let model: String
        let digest: String
    }

    /// The best of the networks that were trained again, or else of those whose models are kept: those that see images
    /// on the same grid as the best one, on which they are weighed.
    private func ensembleMembers(_ shelf: ModelShelf) throws -> [EnsembleMember] {
        let epochs = conditions.finalEpochs ?? conditions.training.epochs
        let models: [(trial: Int, model: String)] =
            if conditions.comparesCandidates {
                folder.finalCandidates(ledger.plan)?.candidates.map { candidate in
                    let run = folder.final(candidate.trial, epochs: epochs)
                    return (candidate.trial, "\(run)/\(ModelLocation.modelOfRun)")
                } ?? []
            } else {
                try ledger.candidates().filter { shelf.hasModel(of: $0.number) }.map {
                    ($0.number, folder.model($0.number))
                }
            }
        guard let first = models.first?.model else { return [] }
        let preparation = try Model.description(contentsOf: first).preparation
        let onGrid = try models.map { _, model in
            EnsembleWeighing.seeSameGrid(
                try Model.description(contentsOf: model).preparation, preparation)
        }
        let others = zip(models, onGrid).filter { !$1 }.map { "\($0.0.trial)" }
        if !others.isEmpty {
            monitor.warn(
                """
                networks that see images of another size or spacing than the best one are left out of the ensemble: \
                trial\(others.count == 1 ? "" : "s") \(others.joined(separator: ", "))
                """)
        }
        let comparable = zip(models, onGrid).filter(\.1).map(\.0)
        return try comparable.prefix(conditions.ensemble ?? 1).map { trial, model in
            EnsembleMember(
                trial: trial, model: model, digest: try Model.weightsDigest(contentsOf: model))
        }
    }

    /// What was weighed before, if these networks were.
    private func known(_ members: [EnsembleMember], _ best: Trial) -> EnsembleOutcome? {
        guard
            let outcome = try? JSONDocument.read(
                EnsembleOutcome.self, from: folder.ensembleRecord(best.number), schema: 1...1),
            outcome.members.map(\.model) == members.map(\.digest)
        else { return nil }
        return outcome.forced(conditions.isEnsembleForced == true)
    }

    /// The cases that were weighed before an interruption.
    private struct KnownCases: Codable {
        var schema = 1
        /// The checksums of the models' weights.
        var models: [String]
        var progress: EnsembleWeighing.Progress
    }

    private func weigh(_ members: [EnsembleMember], _ best: Trial) throws -> EnsembleOutcome {
        let models = try members.map { try Model(contentsOf: $0.model, device: pool.devices[0]) }
        let file = folder.ensembleProgress(best.number)
        var known = KnownCases(models: members.map(\.digest), progress: .init())
        if let former = try? JSONDocument.read(KnownCases.self, from: file, schema: 1...1),
            former.models == known.models
        {
            known = former
        }
        let names = Set(data.split.validation)
        let subjects = dataset.training.filter { names.contains($0.identifier) }
        var weighing = EnsembleWeighing(
            models,
            PredictionOptions(
                precision: conditions.training.precision,
                scoreMemory: ByteCount(
                    min(Self.scoreMemory, conditions.machine.limit.bytes / 2)),
                scratch: folder.path, threads: conditions.machine.threadCount),
            after: known.progress)
        for (index, subject) in subjects.enumerated().dropFirst(weighing.progress.count) {
            monitor.report(.weighing(done: index, all: subjects.count))
            do {
                try weighing.add(subject) { try clock.check(study: folder.path) }
            } catch let failure as SystemFailure where failure.isFullDisk {
                throw EnsembleRoomError(case: subject.identifier, folder: folder.path)
            }
            known.progress = weighing.progress
            try write(known, to: file)
        }
        monitor.report(.weighing(done: subjects.count, all: subjects.count))
        let trials = zip(weighing.weights, weighing.dice).map { weights, dice in
            EnsembleOutcome.Trial(
                weights: weights, dice: dice.mean ?? 0, caseDice: dice.perCase)
        }
        return EnsembleOutcome(
            trials, of: members.map { ($0.trial, $0.digest) },
            isForced: conditions.isEnsembleForced == true)
    }
}

/// A disk without room for the probabilities of a case, which memory does not hold.
public struct EnsembleRoomError: Error, CustomStringConvertible {
    var `case`: String
    var folder: String

    public var description: String {
        "the networks' probabilities for case \(`case`) take more memory than there is, and \(folder) has no room for "
            + "them: free some space, or give a smaller `ensemble`, and run the same command to resume"
    }
}

extension StudyFolder {
    /// What came of weighing the ensemble of the best trial's network and others; nil if there is none.
    public func ensembleOutcome(_ best: Int) -> EnsembleOutcome? {
        try? JSONDocument.read(
            EnsembleOutcome.self, from: ensembleRecord(best), schema: 1...1)
    }
}

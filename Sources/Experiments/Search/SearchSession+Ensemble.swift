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
    /// What was weighed is not weighed again, and the model of the best network alone stays where it is not.
    func weighEnsemble(_ shelf: ModelShelf) throws {
        guard conditions.weighsEnsemble, let best = try ledger.best() else { return }
        let members = try ensembleMembers(shelf)
        guard members.count > 1 else {
            return monitor.warn("there is one model alone, of which no ensemble can be made")
        }
        let outcome = try known(members, best) ?? weigh(members)
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
        try write(outcome, best)
    }

    private func write(_ outcome: EnsembleOutcome, _ best: Trial) throws {
        let file = folder.ensembleRecord(best.number)
        do {
            try FileSystem.makeFolder(PathParts(file).folder)
            try JSONDocument.write(outcome, to: file)
        } catch {
            throw StudyError.file(file, reason: "cannot be written: \(error)")
        }
    }

    /// A network of the ensemble.
    private struct EnsembleMember {
        let trial: Int
        /// The folder of its model, and the checksum of its weights.
        let model: String
        let digest: String
    }

    /// The best of the networks that were trained again, or else of those whose models are kept.
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
        return try models.prefix(conditions.ensemble ?? 1).map { trial, model in
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

    private func weigh(_ members: [EnsembleMember]) throws -> EnsembleOutcome {
        let models = try members.map { try Model(contentsOf: $0.model, device: devices[0]) }
        var weighing = EnsembleWeighing(
            models,
            PredictionOptions(
                precision: conditions.training.precision,
                threads: conditions.machine.threadCount))
        let names = Set(data.split.validation)
        let subjects = dataset.training.filter { names.contains($0.identifier) }
        for (index, subject) in subjects.enumerated() {
            monitor.report(.weighing(done: index, all: subjects.count))
            try weighing.add(subject) { try clock.check(study: folder.path) }
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

extension StudyFolder {
    /// What came of weighing the ensemble of the best trial's network and others; nil if there is none.
    public func ensembleOutcome(_ best: Int) -> EnsembleOutcome? {
        try? JSONDocument.read(
            EnsembleOutcome.self, from: ensembleRecord(best), schema: 1...1)
    }
}

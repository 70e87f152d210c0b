internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy
internal import SegNASTorch

/// What is trained when the search is over.
extension SearchSession {
    /// Trains the best network or several again, where the conditions say so, and links the best model.
    ///
    /// If networks cannot be trained, the model of the search stays.
    func trainAgain(_ best: Trial, _ shelf: ModelShelf) throws {
        do {
            if conditions.comparesCandidates {
                try trainCandidates(shelf)
            } else if conditions.finalSet != nil || conditions.finalEpochs != nil {
                _ = try trainAgain(best)
                try setBest(best, shelf)
            } else if ledger.plan.isDeliveredByModel, !shelf.hasModel(of: best.number),
                best.end?.dice ?? 0 > 0
            {
                try repeatTraining(of: best, shelf)
            }
        } catch  where isOfNetwork(error) {
            monitor.warn(
                "the final training failed, so the model of the search is used: \(error)")
        }
    }

    /// The epochs of final trainings.
    private var finalEpochs: Int { conditions.finalEpochs ?? conditions.training.epochs }

    /// Trains a network on folds, with several seeds or once; what is complete is not trained again.
    ///
    /// - Returns: Its Dice, and that of each case.
    private func trainAgain(_ trial: Trial) throws -> FinalCandidates.Outcome? {
        let (work, path) = finalWork(trial)
        try train([(work, path)])
        return conditions.finalSet == nil
            ? FinalCandidates.Outcome(trial, run: path)
            : FinalCandidates.Outcome(trial, folds: CrossValidationFolder(path))
    }

    /// The final training of a trial's network, and its folder.
    private func finalWork(_ trial: Trial) -> (work: FinalWork, path: String) {
        let network = FinalNetwork(trial)
        guard let trainings = conditions.finalSet else {
            return (
                .once(network, epochs: finalEpochs, seed: nil),
                folder.final(trial.number, epochs: finalEpochs)
            )
        }
        return (
            .set(network, trainings),
            folder.finalSet(trial.number, epochs: finalEpochs, folds: trainings.folds)
        )
    }

    /// Trains networks again in their folders: here, one after the other, or as jobs of a cluster at the same time.
    ///
    /// - Throws: What keeps a network from being trained; of several jobs that is found when each is asked for alone.
    private func train(_ works: [(work: FinalWork, path: String)]) throws {
        guard pool.isCluster else {
            let trainer = FinalTrainer(
                conditions: conditions, dataset: dataset, data: data, devices: pool.devices,
                clock: clock, monitor: monitor)
            for (work, path) in works {
                try trainer.run(work, in: path, of: folder, minThreads: pool.threads)
            }
            return
        }
        for case (.once, let path) in works { monitor.report(.finalTraining(run: path)) }
        defer { monitor.report(.trainingEnded) }
        let results = try ErrandRunner(
            pool: pool, memoryLimit: memoryLimit, attempts: ledger.plan.attempts,
            study: folder.path, clock: clock
        ).run(
            works.map { work, path in
                let request = ErrandRequest(
                    work: .final(work, path: absolutePath(path), study: absolutePath(folder.path)))
                return (path, request)
            })
        if results.count == 1, let failure = results[0].failure {
            throw ErrandFailure(description: failure)
        }
    }

    /// Links `best` to what the final training of a network has left.
    private func setBest(_ trial: Trial, _ shelf: ModelShelf) throws {
        if let trainings = conditions.finalSet {
            try shelf.setBest(
                finalSet: folder.finalSet(
                    trial.number, epochs: finalEpochs, folds: trainings.folds))
        } else {
            try shelf.setBest(finalRun: folder.final(trial.number, epochs: finalEpochs))
        }
    }

    /// Trains the best network as its trial did, whose weights were not kept as too many others promised more.
    private func repeatTraining(of best: Trial, _ shelf: ModelShelf) throws {
        monitor.warn("the weights of trial \(best.number) were not kept: it is trained again")
        let run = folder.repeated(best.number)
        let work = FinalWork.once(
            FinalNetwork(best), epochs: conditions.training.epochs,
            seed: ledger.plan.seed(ofTrial: best.number))
        try train([(work, run)])
        try shelf.setBest(finalRun: run)
    }

    /// Trains the best networks again, and delivers the one with the highest Dice.
    ///
    /// All have the seed of the study, which no trial has had, and others such where there are several. One that cannot
    /// be trained is left out. The network that the search began with is one of them.
    private func trainCandidates(_ shelf: ModelShelf) throws {
        let finalists = try ledger.finalists(conditions.finalCandidates ?? 1)
        var outcomes: [FinalCandidates.Outcome] = []
        // At the same time; each is then asked for alone.
        if pool.isCluster, finalists.count > 1 { try train(finalists.map(finalWork)) }
        for (index, trial) in finalists.enumerated() {
            monitor.report(
                .candidate(trial: trial.number, number: index + 1, all: finalists.count))
            do {
                if let outcome = try trainAgain(trial) { outcomes.append(outcome) }
            } catch  where isOfNetwork(error) {
                monitor.warn("trial \(trial.number) cannot be trained again: \(error)")
            }
        }
        guard !outcomes.isEmpty else {
            monitor.warn("no final training has a Dice, so the model of the search is used")
            try ledger.choose(nil)
            return try shelf.arrange(by: ledger)
        }
        let candidates = FinalCandidates(
            outcomes, epochs: finalEpochs, trainings: conditions.finalSet,
            baseline: finalists.first { $0.proposal.origin == .given }?.number)
        try candidates.write(to: folder)
        guard let chosen = finalists.first(where: { $0.number == candidates.chosen }) else {
            preconditionFailure("trial \(candidates.chosen) was not trained again")
        }
        try ledger.choose(chosen.number)
        try setBest(chosen, shelf)
    }
}

extension FinalCandidates.Outcome {
    /// The result of a complete run; nil if it has no validation Dice.
    fileprivate init?(_ trial: Trial, run: String) {
        let record = TrainingRecord(ofModel: "\(run)/\(ModelLocation.modelOfRun)")
        guard let validation = record?.validation, let dice = validation.mean else { return nil }
        self.init(trial: trial.number, dice: dice, caseDice: validation.perCase)
    }

    /// The result of a complete cross-validation; nil if no case has a label.
    fileprivate init?(_ trial: Trial, folds: CrossValidationFolder) {
        guard
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folds.evaluation),
            let dice = evaluation.foreground[.dice]?.mean
        else { return nil }
        self.init(
            trial: trial.number, dice: dice,
            caseDice: evaluation.cases.map { $0.foregroundMean(.dice) })
    }
}

extension FinalCandidates {
    func write(to folder: StudyFolder) throws {
        do {
            try JSONDocument.write(self, to: folder.candidates)
        } catch {
            throw StudyError.file(folder.candidates, reason: "cannot be written: \(error)")
        }
    }
}

extension StudyFolder {
    /// What several networks that were trained again came to; nil if none of them is delivered.
    public func finalCandidates(_ plan: StudyPlan) -> FinalCandidates? {
        guard let chosen = plan.chosen,
            let candidates = try? JSONDocument.read(
                FinalCandidates.self, from: candidates, schema: 1...1),
            candidates.candidates.first?.trial == chosen
        else { return nil }
        return candidates
    }
}

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
            } else if conditions.finalFolds != nil || conditions.finalEpochs != nil {
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

    private var training: BestNetworkTraining {
        BestNetworkTraining(
            conditions: conditions, dataset: dataset, data: data, devices: pool.devices,
            clock: clock, monitor: monitor)
    }

    /// Trains a network on folds or once; what is complete is not trained again.
    ///
    /// - Returns: Its Dice, and that of each case.
    private func trainAgain(_ trial: Trial) throws -> FinalCandidates.Outcome? {
        let network = FinalNetwork(trial)
        if let folds = conditions.finalFolds {
            let path = folder.finalFolds(trial.number, epochs: finalEpochs, folds: folds)
            if pool.isCluster {
                try runErrands([finalErrand(trial)])
            } else {
                _ = try BestNetworkFolds(
                    conditions: conditions, dataset: dataset, data: data, devices: pool.devices,
                    clock: clock, monitor: monitor
                ).run(network, folds: folds, in: folder)
            }
            return FinalCandidates.Outcome(trial, folds: CrossValidationFolder(path))
        }
        let run = folder.final(trial.number, epochs: finalEpochs)
        if pool.isCluster {
            try runErrands([finalErrand(trial)])
        } else {
            try training.run(
                network, epochs: finalEpochs, in: run, of: folder, minThreads: pool.threads)
        }
        return FinalCandidates.Outcome(trial, run: run)
    }

    /// The final training of a network as an errand of a cluster, and its folder.
    private func finalErrand(_ trial: Trial) -> (training: String, request: ErrandRequest) {
        let (network, study) = (FinalNetwork(trial), absolutePath(folder.path))
        if let folds = conditions.finalFolds {
            let path = folder.finalFolds(trial.number, epochs: finalEpochs, folds: folds)
            return (path, ErrandRequest(work: .folds(network, count: folds, study: study)))
        }
        let run = folder.final(trial.number, epochs: finalEpochs)
        return (
            run,
            ErrandRequest(
                work: .training(
                    network, epochs: finalEpochs, seed: nil, run: absolutePath(run), study: study))
        )
    }

    /// Has the cluster do errands, at the same time.
    ///
    /// - Throws: ``ErrandFailure`` if there is one alone, whose network cannot be trained.
    private func runErrands(_ errands: [(training: String, request: ErrandRequest)]) throws {
        for case (_, let request) in errands {
            if case .training(_, _, _, let run, _) = request.work {
                monitor.report(.finalTraining(run: run))
            }
        }
        defer { monitor.report(.trainingEnded) }
        let results = try ErrandRunner(
            pool: pool, memoryLimit: memoryLimit, attempts: ledger.plan.attempts,
            study: folder.path, clock: clock
        ).run(errands)
        if results.count == 1, let failure = results[0].failure {
            throw ErrandFailure(description: failure)
        }
    }

    /// Links `best` to what the final training of a network has left.
    private func setBest(_ trial: Trial, _ shelf: ModelShelf) throws {
        if let folds = conditions.finalFolds {
            try shelf.setBest(
                finalFolds: folder.finalFolds(trial.number, epochs: finalEpochs, folds: folds))
        } else {
            try shelf.setBest(finalRun: folder.final(trial.number, epochs: finalEpochs))
        }
    }

    /// Trains the best network as its trial did, whose weights were not kept as too many others promised more.
    private func repeatTraining(of best: Trial, _ shelf: ModelShelf) throws {
        monitor.warn("the weights of trial \(best.number) were not kept: it is trained again")
        let run = folder.repeated(best.number)
        let (epochs, seed) = (
            conditions.training.epochs, ledger.plan.seed(ofTrial: best.number)
        )
        if pool.isCluster {
            let request = ErrandRequest(
                work: .training(
                    FinalNetwork(best), epochs: epochs, seed: seed, run: absolutePath(run),
                    study: absolutePath(folder.path)))
            try runErrands([(run, request)])
        } else {
            try training.run(
                FinalNetwork(best), epochs: epochs, seed: seed, in: run, of: folder,
                minThreads: pool.threads)
        }
        try shelf.setBest(finalRun: run)
    }

    /// Trains the best networks again, and delivers the one with the highest Dice.
    ///
    /// All have the seed of the study, which no trial has had. One that cannot be trained is left out. The network that
    /// the search began with is one of them.
    private func trainCandidates(_ shelf: ModelShelf) throws {
        let finalists = try ledger.finalists(conditions.finalCandidates ?? 1)
        var outcomes: [FinalCandidates.Outcome] = []
        if pool.isCluster, finalists.count > 1 { try runErrands(finalists.map(finalErrand)) }
        for (index, trial) in finalists.enumerated() {
            monitor.report(
                .candidate(trial: trial.number, number: index + 1, all: finalists.count))
            do {
                if let outcome = try trainAgain(trial) { outcomes.append(outcome) }
            } catch let error where isOfNetwork(error) {
                monitor.warn("trial \(trial.number) cannot be trained again: \(error)")
            }
        }
        guard !outcomes.isEmpty else {
            monitor.warn("no final training has a Dice, so the model of the search is used")
            try ledger.choose(nil)
            return try shelf.arrange(by: ledger)
        }
        let candidates = FinalCandidates(
            outcomes, epochs: finalEpochs, folds: conditions.finalFolds,
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

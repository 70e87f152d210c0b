import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSearch
internal import SegNASTorch

extension Trainer {
    /// Writes the model of the chosen epoch, and evaluates it on the test cases.
    ///
    /// The last checkpoint is kept, for more epochs.
    func finish(
        _ session: TrainingSession, _ plan: RunPlan, _ test: [RunCase],
        _ folder: RunFolder
    ) throws {
        let history = session.state.history
        guard let chosen = history.chosen else { return }
        let weights =
            history.best == nil ? try session.evaluatedWeights() : try bestWeights(history, folder)
        let record = TrainingRecord(
            options: plan.options, split: plan.splitPlan, trainingCases: plan.split.training.count,
            validationCases: plan.split.validation.count, testCases: plan.split.test.count,
            chosenEpoch: chosen, parameters: session.network.plan.parameters,
            epochs: history.records)
        try folder.removeTest()
        try Model.write(
            description(plan), weights: weights, record: record, to: folder.model,
            replacing: true)
        folder.checkpoints.prune(keeping: 1)
        try evaluate(test, plan, folder)
    }

    /// The description of the run's model.
    func description(_ plan: RunPlan) -> ModelDescription {
        ModelDescription(
            architecture: plan.network, levels: plan.levels, preparation: plan.preparation,
            firstStage: plan.firstStage,
            precision: plan.options.precision.dtype(on: machine.device), program: plan.version)
    }

    /// Evaluates the model once on the test cases, as `predict` and `evaluate` would, and keeps its label maps.
    private func evaluate(
        _ cases: [RunCase], _ plan: RunPlan, _ folder: RunFolder
    ) throws {
        guard !cases.isEmpty else { return }
        observer.tracker.advance(to: .validating)
        let model = try Model(contentsOf: folder.model, device: machine.device)
        let predictor = try Predictor(
            [model],
            PredictionOptions(precision: plan.options.precision, threads: machine.threads))
        var rest = cases[...]
        let evaluation = try Evaluation(
            of: cases.map(\.subject), labels: model.description.preparation.labels,
            threads: machine.threads
        ) { _ in
            let example = rest.removeFirst()
            let labels = try predictor.labels(of: example, checkEnd: observer.checkEnd)
            try folder.write(labels, of: example.subject.identifier)
            observer.report(.testing(completed: cases.count - rest.count, total: cases.count))
            return try LabelMap(labels)
        }
        try folder.write(evaluation)
    }

    /// The best weights, from the last checkpoint.
    private func bestWeights(
        _ history: EpochHistory, _ folder: RunFolder
    ) throws -> NamedTensors {
        let last = try folder.checkpoints.last(report: observer.report)
        guard let last, last.checkpoint.state.history.best == history.best, let best = last.best
        else {
            throw TrainingError.unreadable(
                file: folder.checkpoints.path, reason: "the last checkpoint is damaged")
        }
        return best
    }

    /// The result of a complete run; nil if something is left to do.
    ///
    /// Checkpoints may have been removed since, so the model's record is used.
    func finished(_ start: RunStart, _ folder: RunFolder) throws -> TrainingResult? {
        guard let record = TrainingRecord(ofModel: folder.model), Model.isWhole(folder.model) else {
            return nil
        }
        let saved = start.checkpoint?.checkpoint.state.history
        let history = saved ?? EpochHistory(record.epochs, start.plan.options)
        let isOfHistory =
            saved.map { history in
                // The checkpoint may have lost the weights of the best epoch, which the model has, and with them the
                // Dice of each case.
                history.records.map(\.withoutCases) == record.epochs.map(\.withoutCases)
                    && (history.chosen == record.chosenEpoch || history.lost != nil)
            } ?? true
        let test = try RunFolder.readTest(of: run)
        let isTested = task.isTested && !start.plan.split.test.isEmpty
        guard history.isComplete(start.plan.options), isOfHistory, !isTested || test != nil else {
            return nil
        }
        return TrainingResult(
            run: run, epochs: record.epochs, chosenEpoch: record.chosenEpoch,
            parameters: record.parameters, model: folder.model, test: test)
    }

    func result(
        _ history: EpochHistory, _ network: NetworkPlan, _ folder: RunFolder
    ) throws -> TrainingResult {
        guard let chosen = history.chosen else {
            throw TrainingError.unreadable(
                file: folder.checkpoints.path, reason: "no epoch is in it")
        }
        return TrainingResult(
            run: run, epochs: history.records, chosenEpoch: chosen,
            parameters: network.parameters, model: folder.model,
            test: try RunFolder.readTest(of: run))
    }
}

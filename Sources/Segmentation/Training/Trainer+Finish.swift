internal import Datasets
internal import Torch

extension Trainer {
    /// Writes the model of the chosen epoch; of the checkpoints the last stays, for more epochs.
    func finish(_ epochs: TrainingEpochs) throws {
        let (folder, session, plan) = (epochs.folder, epochs.session, epochs.plan)
        let history = session.state.history
        guard let chosen = history.chosen else { return }
        let weights =
            history.best == nil ? try session.judgedWeights() : try bestWeights(history, folder)
        let description = ModelDescription(
            architecture: plan.network, preparation: plan.preparation, precision: session.dtype,
            program: plan.version)
        let record = TrainingRecord(
            options: plan.options, split: plan.splitPlan, trainingCases: plan.split.training.count,
            validationCases: plan.split.validation.count, testCases: plan.split.test.count,
            chosenEpoch: chosen, parameters: session.network.plan.parameters,
            epochs: history.records)
        try Model.write(
            description, weights: weights, record: record, to: folder.model, replacing: true)
        folder.checkpoints.prune(keeping: 1)
    }

    /// The weights that the last checkpoint keeps as the best.
    private func bestWeights(
        _ history: EpochHistory, _ folder: RunFolder
    ) throws(TrainingError) -> NamedTensors {
        let last = folder.checkpoints.last { report(.damagedCheckpoint(file: $0, reason: $1)) }
        guard let last, last.checkpoint.state.history.best == history.best, let best = last.best
        else {
            throw .unreadable(
                file: folder.checkpoints.path, reason: "the last checkpoint is damaged")
        }
        return best
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
            parameters: network.parameters, model: folder.model)
    }
}

extension Model {
    static func exists(at path: String) -> Bool {
        (try? description(contentsOf: path)) != nil
    }
}

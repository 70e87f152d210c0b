internal import SegNASDatasets
internal import SegNASTorch

extension Trainer {
    /// Gives the network of a run that has no checkpoint yet the weights that its plan names, and writes them to a
    /// checkpoint: from then on the run needs the model no more.
    func takeWeights(_ plan: RunPlan, into loop: inout TrainingLoop) throws {
        guard let origin = plan.origin else { return }
        let found: Model
        do {
            _ = try origin.description()
            found = try Model(contentsOf: origin.model)
        } catch {
            guard case .tensors(.outOfMemory) = error.fault else {
                throw TrainingError.originLost(run: run, reason: "\(error)")
            }
            throw error
        }
        let transfer = try WeightTransfer(
            found, to: loop.session.network, labels: plan.preparation.labels)
        try loop.session.begin(with: transfer.weights)
        try loop.save()
        observer.report(.remark("taken over from \(origin.model): \(transfer.words)"))
    }
}

internal import Datasets
import FoundationEssentials
internal import Torch

/// The epochs of a run: steps, validation, checkpoints and the log.
struct TrainingEpochs {
    let trainer: Trainer
    let plan: TrainingPlan
    let folder: RunFolder
    let session: TrainingSession
    let cases: TrainingCases

    private var options: TrainingOptions { plan.options }
    private var log: RunLog { RunLog(path: folder.log) }

    /// Trains until all epochs are done.
    func run(from start: CheckpointFolder.Contents?) throws {
        var saved = start?.checkpoint
        if let start { try resume(start) }
        try log.restore(session.state.history.records)
        guard !session.state.history.isComplete(options) else { return }
        let loader = try BatchLoader(
            cases.training.map(\.prepared),
            BatchOptions(
                batchSize: options.batchSize, augmentation: options.augmentation, isShuffled: true,
                seed: options.seed),
            startingAt: session.state.position, epochs: options.epochs)
        do {
            while !session.state.history.isComplete(options) {
                saved = try runEpoch(loader, saved)
            }
        } catch TrainingError.interrupted(let run) {
            _ = try save(best: nil, before: saved)
            throw TrainingError.interrupted(run: run)
        }
    }

    private func resume(_ start: CheckpointFolder.Contents) throws {
        let state = start.checkpoint.state
        try session.restore(state, start.tensors)
        trainer.report(
            .resuming(epochs: state.history.records.count, batches: state.position.batch))
    }

    /// Trains to the end of an epoch, and returns its checkpoint.
    private func runEpoch(_ loader: BatchLoader, _ saved: Checkpoint?) throws -> Checkpoint {
        var saved = saved
        var lastSaved = ContinuousClock.now
        while session.state.position.batch < loader.batchesPerEpoch {
            try trainer.checkEnd()
            try step(loader)
            if ContinuousClock.now - lastSaved > trainer.machine.checkpointInterval {
                saved = try save(best: nil, before: saved)
                lastSaved = .now
            }
        }
        let record = try record()
        let best = session.finishEpoch(record) ? try session.judgedWeights() : nil
        let checkpoint = try save(best: best, before: saved)
        try log.append(record)
        trainer.report(.epoch(record, of: options.epochs))
        return checkpoint
    }

    private func step(_ loader: BatchLoader) throws {
        let (begin, waited) = (ContinuousClock.now, loader.waitSeconds)
        guard let batch = try loader.next() else { return }
        do {
            try session.step(batch, stepsPerEpoch: loader.batchesPerEpoch)
        } catch let failure as TrainingSession.LossNotFinite {
            throw notFinite("the loss", failure.cases)
        }
        session.addTime(
            seconds: (ContinuousClock.now - begin) / .seconds(1),
            waitSeconds: loader.waitSeconds - waited)
        report(of: loader.batchesPerEpoch)
    }

    private func report(of batches: Int) {
        let state = session.state
        trainer.report(
            .step(
                TrainingStepReport(
                    epoch: state.position.epoch + 1, epochs: options.epochs,
                    batch: state.position.batch, batches: batches,
                    loss: state.sums.loss / Double(state.position.batch),
                    dice: state.history.records.last?.validation?.mean,
                    waitShare: state.sums.waitSeconds / max(state.sums.seconds, 1e-9))))
    }

    /// Validates, and sums the epoch up.
    private func record() throws -> EpochRecord {
        let state = session.state
        guard try session.areWeightsFinite() else {
            throw notFinite("a weight", session.lastCases)
        }
        let begin = ContinuousClock.now
        let validation = try session.withJudgedWeights { try validate() }
        let steps = state.position.batch
        return EpochRecord(
            epoch: state.position.epoch + 1,
            loss: state.sums.loss / Double(max(steps, 1)),
            learningRate: options.learningRate(
                step: (state.position.epoch + 1) * steps - 1, stepsPerEpoch: steps),
            validation: validation,
            seconds: state.sums.seconds,
            validationSeconds: (ContinuousClock.now - begin) / .seconds(1),
            waitSeconds: state.sums.waitSeconds, finished: Date.now.ISO8601Format())
    }

    /// Nil where there are no cases to validate on.
    private func validate() throws -> ValidationDice? {
        guard !cases.validation.isEmpty else { return nil }
        let labels = plan.preparation.labels
        let overlaps =
            switch options.validationGrid {
            case .prepared:
                try PreparedGrid(
                    cases: cases.validation.map(\.prepared), classes: labels.classCount,
                    device: session.device, dtype: session.dtype
                ).overlaps(of: session.network) { try trainer.checkEnd() }
            case .original:
                try trainer.originalGrid(plan.split.validation, cases.validation).overlaps(
                    of: Model(
                        description: trainer.description(plan), network: session.network,
                        device: session.device),
                    precision: options.precision
                ) { try trainer.checkEnd() }
            }
        return ValidationDice(cases: overlaps, values: labels.foreground.map(\.value))
    }

    private func save(best: NamedTensors?, before: Checkpoint?) throws -> Checkpoint {
        let checkpoint = try folder.checkpoints.write(
            session.state, tensors: session.tensors(), best: best, before: before)
        trainer.report(.saved(checkpoint: folder.checkpoints.count))
        return checkpoint
    }

    private func notFinite(_ what: String, _ cases: [String]) -> TrainingError {
        .notFinite(
            what: what, epoch: session.state.position.epoch + 1, cases: cases, run: folder.path,
            lastCheckpoint: folder.checkpoints.lastFile)
    }
}

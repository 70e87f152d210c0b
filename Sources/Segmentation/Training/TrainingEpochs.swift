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

    /// The weights of the best epoch, where no checkpoint has them yet.
    private var unsavedBest: NamedTensors?
    private var saved: Checkpoint?
    private var clock: CheckpointClock

    init(
        trainer: Trainer, plan: TrainingPlan, folder: RunFolder, session: TrainingSession,
        cases: TrainingCases
    ) throws {
        self.trainer = trainer
        self.plan = plan
        self.folder = folder
        self.session = session
        self.cases = cases
        clock = CheckpointClock(
            trainer.machine.checkpoints, bytes: try session.tensors().byteCount)
    }

    private var options: TrainingOptions { plan.options }
    private var log: RunLog { RunLog(path: folder.log) }

    /// Trains until all epochs are done.
    mutating func run(from start: CheckpointFolder.Contents?) throws {
        saved = start?.checkpoint
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
                try runEpoch(loader)
            }
        } catch TrainingError.interrupted(let run) {
            try save()
            throw TrainingError.interrupted(run: run)
        }
    }

    private func resume(_ start: CheckpointFolder.Contents) throws {
        let state = start.checkpoint.state
        try session.restore(state, start.tensors)
        trainer.report(
            .resuming(epochs: state.history.records.count, batches: state.position.batch))
    }

    /// Trains to the end of an epoch.
    private mutating func runEpoch(_ loader: BatchLoader) throws {
        while session.state.position.batch < loader.batchesPerEpoch {
            try trainer.checkEnd()
            try step(loader)
            if clock.isDue(isEpochEnd: false) { try save() }
        }
        let record = try record()
        if session.finishEpoch(record) { unsavedBest = try session.judgedWeights() }
        // The last one is what the model is made of, and what more epochs would go on from.
        if session.state.history.isComplete(options) || clock.isDue(isEpochEnd: true) { try save() }
        try log.append(record)
        trainer.report(.epoch(record, of: options.epochs))
    }

    private func step(_ loader: BatchLoader) throws {
        let (begin, waited) = (ContinuousClock.now, loader.waitSeconds)
        trainer.pulse.beat(.waitingForBatch)
        guard let batch = try loader.next() else { return }
        trainer.pulse.beat(.computing)
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
        trainer.pulse.beat(.validating)
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

    private mutating func save() throws {
        trainer.pulse.beat(.saving)
        let begin = ContinuousClock.now
        saved = try folder.checkpoints.write(
            session.state, tensors: session.tensors(), best: unsavedBest, before: saved)
        clock.wrote(since: begin)
        unsavedBest = nil
        trainer.report(.saved(checkpoint: folder.checkpoints.count))
    }

    private func notFinite(_ what: String, _ cases: [String]) -> TrainingError {
        .notFinite(
            what: what, epoch: session.state.position.epoch + 1, cases: cases, run: folder.path,
            lastCheckpoint: folder.checkpoints.lastFile)
    }
}

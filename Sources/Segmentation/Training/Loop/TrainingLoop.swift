import FoundationEssentials
internal import SegNASDatasets
internal import SegNASTorch

/// Runs the epochs of a training: steps, validation, checkpoints and the log.
struct TrainingLoop {
    let session: TrainingSession
    let options: TrainingOptions
    private let cases: [PreparedCase]
    private let patches: PatchOptions?
    let validation: Validation
    private let folder: RunFolder
    private let loaderThreads: Int
    let observer: TrainingObserver

    /// What the network has made of the first validation case, last and in the best epoch.
    private let sight = Sight()
    private var bestSight: (example: PreparedCase, predicted: [UInt8])?
    private var shown: ContinuousClock.Instant?
    /// The weights of the best epoch, until a checkpoint has them.
    private var unsavedBest: NamedTensors?
    private var saved: Checkpoint?
    private var clock: CheckpointClock

    /// Cases are taken whole if `patches` is nil.
    ///
    /// `validation` evaluates the network after each epoch; `observer` can end the training after every batch.
    init(
        _ session: TrainingSession, _ options: TrainingOptions, on cases: [PreparedCase],
        patches: PatchOptions?, validation: Validation, folder: RunFolder,
        loaderThreads: Int, checkpoints pace: CheckpointPace, observer: TrainingObserver
    ) throws(TorchError) {
        self.session = session
        self.options = options
        self.cases = cases
        self.patches = patches
        var validation = validation
        validation.show = { [sight] in sight.last = ($0, $1) }
        self.validation = validation
        self.folder = folder
        self.loaderThreads = loaderThreads
        self.observer = observer
        clock = CheckpointClock(pace, bytes: try session.tensors().byteCount)
    }

    /// Trains until all epochs are done.
    mutating func run(from start: CheckpointFolder.Contents?) throws {
        saved = start?.checkpoint
        if let start { try resume(start) }
        try folder.log.restore(session.state.history.records)
        guard !session.state.history.isComplete(options) else { return }
        let loader = try loader(epochs: options.epochs)
        do {
            while !session.state.history.isComplete(options) {
                try runEpoch(loader)
            }
        } catch TrainingError.interrupted(let run) {
            try save()
            throw TrainingError.interrupted(run: run)
        }
    }

    /// The batches from the session's position on; without end if `epochs` is nil.
    func loader(epochs: Int?) throws -> BatchLoader {
        try BatchLoader(
            cases,
            BatchOptions(
                batchSize: options.batchSize, augmentation: options.augmentation,
                patches: patches, isShuffled: true, seed: options.seed, threads: loaderThreads,
                ahead: loaderThreads + 1),
            startingAt: session.state.position, epochs: epochs)
    }

    private func resume(_ start: CheckpointFolder.Contents) throws {
        let state = start.checkpoint.state
        try session.restore(state, start.tensors)
        observer.report(
            .resuming(epochs: state.history.records.count, batches: state.position.batch))
    }

    /// Trains to the end of an epoch.
    private mutating func runEpoch(_ loader: BatchLoader) throws {
        while session.state.position.batch < loader.batchesPerEpoch {
            try observer.checkEnd()
            try step(loader)
            if clock.isDue(isEpochEnd: false) { try save() }
        }
        try settle()
        let record = try record()
        if session.finishEpoch(record) {
            unsavedBest = try session.evaluatedWeights()
            bestSight = sight.last
        }
        showBest()
        // The model is made from the last one, and more epochs would resume from it.
        if session.state.history.isComplete(options) || clock.isDue(isEpochEnd: true) { try save() }
        try folder.log.append(record)
        observer.report(.epoch(record, of: options.epochs))
    }

    private func step(_ loader: BatchLoader) throws {
        let (begin, waited) = (ContinuousClock.now, loader.waitSeconds)
        observer.tracker.advance(to: .waitingForBatch)
        guard let batch = try loader.next() else { return }
        observer.tracker.advance(to: .computing)
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

    /// Waits for what a GPU has still to do of the steps so far.
    private func settle() throws {
        let begin = ContinuousClock.now
        do {
            try session.settle()
        } catch let failure as TrainingSession.LossNotFinite {
            throw notFinite("the loss", failure.cases)
        }
        try session.device.synchronize()
        session.addTime(seconds: (ContinuousClock.now - begin) / .seconds(1), waitSeconds: 0)
    }

    private func report(of batches: Int) {
        let state = session.state
        observer.report(
            .step(
                .init(
                    epoch: state.position.epoch + 1, epochs: options.epochs,
                    batch: state.position.batch, batches: batches,
                    loss: state.sums.loss / Double(max(session.settledSteps, 1)),
                    dice: state.history.records.last?.validation?.mean,
                    waitShare: state.sums.waitSeconds / max(state.sums.seconds, 1e-9))))
    }

    /// Validates the network and makes the record of the epoch.
    private func record() throws -> EpochRecord {
        let state = session.state
        guard try session.areWeightsFinite() else {
            throw notFinite("a weight", session.lastCases)
        }
        let begin = ContinuousClock.now
        observer.tracker.advance(to: .validating)
        let dice = try session.withEvaluatedWeights {
            try validation.dice(of: session) { try observer.checkEnd() }
        }
        let steps = state.position.batch
        return EpochRecord(
            epoch: state.position.epoch + 1,
            loss: state.sums.loss / Double(max(steps, 1)),
            learningRate: options.learningRate(
                step: (state.position.epoch + 1) * steps - 1, stepsPerEpoch: steps),
            validation: dice,
            seconds: state.sums.seconds,
            validationSeconds: (ContinuousClock.now - begin) / .seconds(1),
            waitSeconds: state.sums.waitSeconds, finished: Date.now.ISO8601Format())
    }

    /// Writes a checkpoint.
    mutating func save() throws {
        try settle()
        observer.tracker.advance(to: .saving)
        let begin = ContinuousClock.now
        saved = try folder.checkpoints.write(
            session.state, tensors: session.tensors(), best: unsavedBest, before: saved)
        clock.wrote(since: begin)
        unsavedBest = nil
        observer.report(.saved(checkpoint: folder.checkpoints.count))
    }

    /// Leaves a picture for those who watch, not more often than they look.
    private mutating func showBest() {
        guard let (example, predicted) = bestSight else { return }
        let isLate = shown.map { ContinuousClock.now - $0 > .seconds(5) } ?? true
        guard isLate || session.state.history.isComplete(options) else { return }
        folder.show(example, predicted: predicted, labels: validation.labels)
        (bestSight, shown) = (nil, .now)
    }

    private final class Sight {
        var last: (example: PreparedCase, predicted: [UInt8])?
    }

    private func notFinite(_ what: String, _ cases: [String]) -> TrainingError {
        .notFinite(
            what: what, epoch: session.state.position.epoch + 1, cases: cases, run: folder.path,
            lastCheckpoint: folder.checkpoints.lastFile)
    }
}

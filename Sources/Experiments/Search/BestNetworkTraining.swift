internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The training of the best network once more, from scratch and for longer.
struct BestNetworkTraining {
    let conditions: TrainingConditions
    let dataset: Dataset
    let data: TrainingDataset
    let device: Device
    let clock: SearchClock
    let monitor: Monitor

    /// Trains, or goes on where it was interrupted; a run that is complete stays.
    ///
    /// On all threads; on so few as trials had where memory does not suffice for all, as each has buffers of its own.
    func run(_ best: Trial, epochs: Int, in folder: StudyFolder, leastThreads: Int) throws {
        let threads = conditions.machine.threadCount
        do {
            try run(best, epochs: epochs, in: folder)
        } catch TrainingError.outOfMemory where leastThreads < threads {
            try CPU.setThreads(leastThreads)
            defer { try? CPU.setThreads(threads) }
            try run(best, epochs: epochs, in: folder)
        }
    }

    private func run(_ best: Trial, epochs: Int, in folder: StudyFolder) throws {
        var task = conditions.task(
            best.architecture, hyperparameters: best.hyperparameters, on: dataset)
        task.options.epochs = epochs
        task.preparedData = data
        defer { monitor.report(.trainingEnded) }
        _ = try Trainer(
            task, run: folder.final(best.number, epochs: epochs), on: conditions.machine(device),
            tracker: monitor.tracker, isEndRequested: { clock.end != nil }, report: monitor.training
        ).train()
    }
}

internal import ArgumentParser
internal import Datasets
internal import Glibc
internal import Host
internal import Segmentation
internal import Study
internal import Torch

/// `segnas3d worker`: trains one trial of a search in a process of its own, which the search starts.
///
/// Whatever ends it, nothing but this attempt is lost. What it prints goes to the trial's log.
struct Worker: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train one trial of a search, as segnas3d search has workers do.",
        shouldDisplay: false)

    @Option(help: "Number of the trial.")
    var trial: Int

    @Option(help: "Which attempt at it this is.")
    var attempt: Int

    @Option(help: "Where to compute: a device, and which of several workers on it.")
    var slot: String

    @Option(help: "This worker's share of the threads.")
    var trialThreads: Int

    @Option(help: "This worker's share of the memory.")
    var trialMemory: ByteCount

    @OptionGroup var search: SearchArguments

    /// What a search gives to the worker of an order, beside its own arguments.
    static func arguments(
        _ order: LaunchOrder, threads: Int, memory: ByteCount, search: [String]
    ) -> [String] {
        [
            "worker", "--trial", "\(order.trial)", "--attempt", "\(order.attempt)", "--slot",
            order.slot, "--trial-threads", "\(threads)", "--trial-memory", "\(memory.bytes)",
        ] + search
    }

    func run() throws {
        SignalWatch.start(endsAtSecond: false)
        let folder = TrialFolder(StudyFolder(search.output).trial(trial))
        guard let request = TrialRequest(in: folder) else {
            throw ValidationError(
                "\(folder.request) holds no request: segnas3d search starts workers")
        }
        if TrialResult(of: request, in: folder) != nil { return }
        // What is there is damaged, and would keep a result from being published.
        unlink(folder.result)
        let beats = WorkerBeats(attempt: attempt, in: folder)
        log("start trial \(trial) attempt \(attempt) run \(beats.run)")
        let result: TrialResult
        do {
            guard let trained = try trainWhenFree(request, in: folder, beats) else { return }
            result = trained
        } catch {
            guard isDiskFull(error, in: folder) else { throw error }
            var standardError = StandardError()
            print("Error: \(error)", to: &standardError)
            throw ExitCode(ProgramExit.diskFull.rawValue)
        }
        let isFirst = try result.publish(in: folder)
        log(isFirst ? "published \(result.outcome)" : "another run was first")
    }

    /// Trains when no other worker does; nil where that one has published a result.
    ///
    /// A worker of which the search knows nothing may still be at work after its coordinator was killed.
    private func trainWhenFree(
        _ request: TrialRequest, in folder: TrialFolder, _ beats: WorkerBeats
    ) throws -> TrialResult? {
        while true {
            do {
                return try train(request, in: folder, beats)
            } catch TrainingError.locked(_, let owner) where !SignalWatch.isEndRequested {
                log("waits for \(owner)")
                sleep(5)
                if TrialResult(of: request, in: folder) != nil { return nil }
            }
        }
    }

    /// Writes a line at once: a process that is killed prints nothing more.
    private func log(_ line: String) {
        print(line)
        fflush(nil)
    }

    private func train(
        _ request: TrialRequest, in folder: TrialFolder, _ beats: WorkerBeats
    ) throws -> TrialResult {
        do {
            let result = try trainer(request, in: folder, beats).train()
            return TrialResult(
                for: request, run: beats.run, outcome: Self.outcome(of: result),
                epochs: result.epochs.map(Study.EpochRecord.init))
        } catch TrainingError.outOfMemory(let shortage) {
            return TrialResult(
                for: request, run: beats.run,
                outcome: .outOfMemory(
                    needed: shortage.predicted?.bytes ?? 0,
                    limit: shortage.available?.bytes ?? trialMemory.bytes))
        } catch let error as TrainingError where error.isDivergence {
            // That says something about the network, unlike a crash.
            log("counted as a Dice of 0: \(error)")
            return TrialResult(for: request, run: beats.run, outcome: .completed(dice: 0))
        } catch  where ProgramExit(error) == .dataset {
            return TrialResult(for: request, run: beats.run, outcome: .badData("\(error)"))
        }
    }

    /// A mean over no labels is no figure, and must not pass for one.
    private static func outcome(of result: TrainingResult) -> TrialResult.Outcome {
        result.validation?.mean.map { .completed(dice: $0) }
            ?? .badData(
                "no validation case has a voxel of any label, so networks cannot be told apart")
    }

    private func trainer(
        _ request: TrialRequest, in folder: TrialFolder, _ beats: WorkerBeats
    ) throws -> Trainer {
        let device = try Device.parse(String(slot.prefix { $0 != "/" }))[0]
        try CPU.setThreads(trialThreads)
        TensorMemory.setBudget(trialMemory)
        let dataset = try Dataset(
            contentsOf: search.dataset, threads: trialThreads,
            allowing: search.data.allowance.kinds)
        var task = search.task(
            request.architecture, hyperparameters: request.hyperparameters, seed: request.seed,
            on: dataset)
        task.knownData = try StudyFolder(search.output).trainingData()
        let machine = TrainingMachine(
            device: device, threads: trialThreads, cache: search.data.cache, version: version)
        let display = TrainingDisplay(isQuiet: false)
        return Trainer(
            task, run: folder.run, on: machine,
            isEndRequested: {
                // Asked after every batch and every case that is validated: the work goes on.
                beats.advance()
                return SignalWatch.isEndRequested
            },
            report: { event in
                if case .saved(let checkpoint) = event { beats.saved(checkpoint) }
                display.show(event)
            })
    }

    /// A disk that is full is told in many ways, but always there.
    private func isDiskFull(_ error: any Error, in folder: TrialFolder) -> Bool {
        if case TrainingError.noSpace = error { return true }
        let least = ByteCount(1 << 20)
        return diskSpace(at: folder.path).map { $0 < least } ?? false
    }
}

extension Study.EpochRecord {
    fileprivate init(_ record: Segmentation.EpochRecord) {
        self.init(
            epoch: record.epoch, loss: record.loss, dice: record.validation?.mean ?? 0,
            dicePerLabel: record.validation?.perLabel ?? [:],
            seconds: record.seconds + record.validationSeconds)
    }
}

extension TrainingError {
    /// Whether the loss or the weights became NaN or infinite.
    var isDivergence: Bool {
        if case .notFinite = self { true } else { false }
    }

    /// Whether it says something about the network, and the same command would end in the same way.
    var isOfNetwork: Bool {
        if case .outOfMemory = self { true } else { isDivergence }
    }
}

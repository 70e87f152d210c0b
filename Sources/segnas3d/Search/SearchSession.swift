internal import ArgumentParser
internal import Datasets
import FoundationEssentials
internal import Glibc
internal import Host
internal import Search
internal import Segmentation
internal import Study
internal import Torch

/// A study that is begun or carried on, until its budget is spent or somebody ends it.
struct SearchSession {
    let arguments: SearchArguments
    /// The same as they were written, for workers.
    private let words: [String]
    private let devices: [Device]
    private let dataset: Dataset
    private let ledger: StudyLedger
    private let data: TrainingData
    /// Of the tensors of one trial.
    private let memoryLimit: ByteCount
    private let display: SearchDisplay
    private let clock: SearchClock

    private var folder: StudyFolder { ledger.folder }

    /// Opens a study by arguments and the words of which they were made; without a clock their time limit counts.
    init(_ arguments: SearchArguments, words: [String], clock: SearchClock? = nil) throws {
        self.arguments = arguments
        self.words = words
        devices = try arguments.compute.apply()
        display = SearchDisplay(isQuiet: arguments.display.quiet)
        let clock = clock ?? SearchClock(limit: arguments.sampling.timeLimit?.seconds)
        self.clock = clock
        dataset = try Dataset(
            contentsOf: arguments.dataset, threads: arguments.compute.host.threadCount,
            allowing: arguments.data.allowance.kinds)
        let folder = StudyFolder(arguments.output)
        let begun =
            FileManager.default.fileExists(atPath: folder.plan)
            ? try StudyPlan(in: folder) : nil
        memoryLimit = arguments.memoryLimit(begun: begun?.options, devices: devices)
        let plan = try arguments.plan(begun: begun, device: devices[0], memoryLimit: memoryLimit)
        let opened = try begun.map { _ in try StudyLedger(opening: folder.path) }
        do {
            data = try Self.prepare(arguments, plan, opened, dataset, devices[0], clock)
        } catch {
            // A coordinator that was killed may have left some at work.
            if let opened { try? Coordinator(stopping: opened).endWorkers(by: clock) }
            throw error
        }
        ledger = try opened ?? StudyLedger(creating: plan, in: folder.path)
        if opened == nil { try folder.check(data) }
    }

    /// Prepares all cases before the first trial, which then find them; refuses what does not go on with the study.
    private static func prepare(
        _ arguments: SearchArguments, _ plan: StudyPlan, _ opened: StudyLedger?,
        _ dataset: Dataset, _ device: Device, _ clock: SearchClock
    ) throws -> TrainingData {
        let differences = opened?.plan.differences(to: plan) ?? []
        guard differences.isEmpty else { throw StudyError.planChanged(differences) }
        // Images are prepared alike for all networks.
        let task = arguments.task(.unet3d, on: dataset)
        let training = TrainingDisplay(isQuiet: arguments.display.quiet)
        defer { training.finish() }
        let data = try Trainer(
            task, run: arguments.output, on: arguments.machine(device),
            isEndRequested: { clock.end != nil }, report: training.show
        ).prepareData()
        guard !data.split.validation.isEmpty else {
            throw ValidationError(
                "a search compares networks by validation cases, and the split has none: give --split 50/20/30"
            )
        }
        if let opened {
            try opened.folder.check(data)
            if opened.plan.budget != plan.budget { try opened.raiseBudget(to: plan.budget) }
        }
        return data
    }

    // MARK: - Running

    /// Searches, trains the best network once more if that is asked for, and judges it.
    func run() throws -> SearchResult {
        defer {
            display.finish()
            // What the last training has kept for its next step is for others now.
            try? TensorMemory.trim()
        }
        warn()
        let shelf = ModelShelf(folder)
        try shelf.arrange(by: ledger)
        try search(shelf)
        display.finish()
        guard let best = try ledger.best() else { return try SearchResult(ledger, test: nil) }
        if let epochs = arguments.sampling.finalEpochs {
            let final = FinalTraining(
                arguments: arguments, dataset: dataset, data: data, device: devices[0],
                clock: clock)
            do {
                try final.run(
                    best, epochs: epochs, in: folder,
                    leastThreads: WorkerPool(arguments, devices: devices).threads)
                try shelf.crown(final: best.number, epochs: epochs)
            } catch let error as TrainingError where error.isOfNetwork {
                display.warn("the final training is not used, the model of the search is: \(error)")
            }
        }
        let test = try BestModelTest(
            folder: folder, data: data, dataset: dataset, arguments: arguments,
            device: devices[0], clock: clock
        ).run()
        return try SearchResult(ledger, test: test)
    }

    private func warn() {
        if case .iterations(let count) = ledger.plan.budget,
            let sampler = ledger.sampler as? ControlledRandomSearch,
            count <= sampler.populationSize
        {
            display.warn(
                """
                the \(count) iterations do not exceed the population of \(sampler.populationSize) points, which is \
                drawn at random: nothing is searched. Give more --iterations or a smaller --population
                """)
        }
        let pool = WorkerPool(arguments, devices: devices)
        let (workers, cores) = (pool.slots.count, arguments.compute.host.threadCount)
        if workers > cores {
            display.warn("\(workers) workers share \(cores) threads: fewer --workers are faster")
        }
        let available = HostResources.current().available
        if devices[0] == .cpu, memoryLimit.bytes > available.bytes / UInt64(workers) {
            display.warn(
                """
                \(workers) workers of \(memoryLimit) each may need more than the \(available) that are available: \
                networks that fit may then count as out of memory. Give fewer --workers, or free memory
                """)
        }
    }

    private func search(_ shelf: ModelShelf) throws {
        // Buffers of convolutions are counted by thread: as the workers have them.
        let workers = WorkerPool(arguments, devices: devices)
        try CPU.setThreads(workers.threads)
        defer { try? CPU.setThreads(arguments.compute.host.threadCount) }
        let judge = TrialJudge(device: devices[0], memoryLimit: memoryLimit)
        let coordinator = try Coordinator(
            ledger,
            launcher: LocalLauncher { order in
                Worker.arguments(
                    order, threads: workers.threads, memory: memoryLimit, search: words)
            }, options: workers.options(memoryLimit),
            judge: { judge.verdict(on: arguments.task($0, on: dataset)) }, now: clock.now)
        do {
            try carryOn(coordinator, shelf)
        } catch {
            coordinator.endWorkers(by: clock)
            throw error
        }
    }

    private func carryOn(_ coordinator: Coordinator, _ shelf: ModelShelf) throws {
        display.show(ledger)
        while true {
            try clock.check(study: folder.path)
            guard let events = try coordinator.step(now: clock.now) else { return }
            guard !events.isEmpty else {
                usleep(200_000)
                continue
            }
            for event in events { try handle(event, shelf) }
            display.show(ledger)
        }
    }

    private func handle(_ event: Coordinator.Event, _ shelf: ModelShelf) throws {
        let best = try ledger.best()
        if case .ended(let trial) = event { try shelf.arrange([trial.number], best: best?.number) }
        display.show(event, best: best)
        if let fault = ledger.backupFault { display.warn("no backup could be made: \(fault)") }
    }
}

internal import Datasets
internal import Host
internal import Search
internal import Segmentation
internal import Study
internal import Torch

/// Measures steps of the networks that a comparison would train, and writes nothing.
struct ForecastMaker {
    private let arguments: CompareArguments
    private let methods: [ComparedMethod]
    private let dataset: Dataset
    private let split: Split
    private let pool: WorkerPool
    private let device: Device
    private let memoryLimit: ByteCount
    private let budget: StudyPlan.Budget

    /// Points of a space that are looked at, and how many of their networks are measured.
    private static let points = 64
    private static let measured = 3

    init(_ arguments: CompareArguments) throws {
        self.arguments = arguments
        let devices = try arguments.compute.apply()
        device = devices[0]
        pool = WorkerPool(arguments, devices: devices)
        methods = try ComparedMethod.all(arguments)
        dataset = try Dataset(
            contentsOf: arguments.dataset, threads: arguments.compute.host.threadCount)
        split = try dataset.split(arguments.splitOptions(arguments.indices.lowerBound))
        let begun = try ComparisonPlan(in: ComparisonFolder(path: arguments.output))
        memoryLimit = arguments.memoryLimit(begun: begun?.options, devices: devices)
        budget = arguments.sampling.budget ?? begun?.budget ?? .iterations(300)
        TensorMemory.setBudget(memoryLimit)
    }

    func forecast() throws -> ComparisonForecast {
        let progress = Progress("Measuring", isQuiet: arguments.display.quiet)
        defer { progress.finish() }
        let forecasts = try methods.map { method in
            let forecast =
                switch method.kind {
                case .search(let space): try search(method.name, SearchSpace(named: space))
                case .training(let network): try training(method.name, network)
                }
            progress.advance(of: methods.count)
            return forecast
        }
        return ComparisonForecast(
            dataset, split, splits: arguments.splits, workers: pool.slots.count,
            methods: forecasts)
    }

    private var judge: TrialJudge { TrialJudge(device: device, memoryLimit: memoryLimit) }

    // MARK: - One method

    private func training(
        _ name: String, _ network: Architecture
    ) throws -> ComparisonForecast.Method {
        try CPU.setThreads(arguments.compute.host.threadCount)
        var forecast = ComparisonForecast.Method(
            name: name, trainings: 0, epochs: arguments.finalEpochs)
        let task = arguments.task(network, on: dataset)
        switch judge.verdict(on: task) {
        case .illegal(let reason): forecast.reason = reason
        case .tooLarge(let shortage, _): forecast.reason = shortage.words
        case .train:
            guard let pace = try pace(of: task) else {
                forecast.reason = "a step does not fit into \(memoryLimit)"
                return forecast
            }
            (forecast.stepSeconds, forecast.epochSeconds) = (pace.step, pace.epoch)
            forecast.seconds = pace.epoch * Double(forecast.epochs)
            forecast.trainings = 1
        }
        return forecast
    }

    private func search(
        _ name: String, _ space: SearchSpace
    ) throws -> ComparisonForecast.Method {
        try CPU.setThreads(pool.threads)
        defer { try? CPU.setThreads(arguments.compute.host.threadCount) }
        let (proposals, most) =
            switch budget {
            case .iterations(let count): (Int?(count), count)
            case .effectiveIterations(let count): (nil, count)
            }
        let final = arguments.sampling.finalEpochs
        var forecast = ComparisonForecast.Method(
            name: name, proposals: proposals, trainings: most + (final == nil ? 0 : 1),
            epochs: arguments.training.epochs)
        let (share, tasks) = try trainable(space)
        forecast.trainableShare = share
        let paces = try tasks.compactMap { try pace(of: $0) }
        guard !paces.isEmpty else {
            forecast.reason = "none of \(Self.points) random points can be trained"
            return forecast
        }
        let epoch = paces.reduce(0) { $0 + $1.epoch } / Double(paces.count)
        forecast.stepSeconds = paces.reduce(0) { $0 + $1.step } / Double(paces.count)
        forecast.epochSeconds = epoch
        let trained = proposals.map { Double($0) * share } ?? Double(most)
        forecast.seconds =
            epoch
            * (trained * Double(forecast.epochs) / Double(pool.slots.count) + Double(final ?? 0))
        return forecast
    }

    /// The share of random points that can be trained, and the trainings of the first ones.
    private func trainable(_ space: SearchSpace) throws -> (share: Double, tasks: [TrainingTask]) {
        var sampler = try SamplerPlan(method: .random, seed: arguments.compute.seed)
            .sampler(in: space.bounds)
        var tasks: [TrainingTask] = []
        for _ in 0..<Self.points {
            guard let proposal = sampler.ask() else { break }
            let task = arguments.task(space.decode(proposal.point), on: dataset)
            if case .train = judge.verdict(on: task) { tasks.append(task) }
        }
        return (Double(tasks.count) / Double(Self.points), Array(tasks.prefix(Self.measured)))
    }

    // MARK: - Measuring

    /// Seconds of a step and of an epoch; nil where they do not fit into memory.
    private func pace(of task: TrainingTask) throws -> TrainingPace? {
        defer { try? TensorMemory.trim() }
        do {
            return try TrainingPace(task, split: split, device: device)
        } catch TorchError.outOfMemory {
            return nil
        }
    }
}

internal import SegNASDatasets
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The trainings that are left in a comparison, and the time that they may take.
public struct ComparisonForecast: Encodable {
    public let schema = 1
    public let dataset: String
    public let splits: Int
    /// Numbers of cases on the first split.
    public let trainingCases: Int
    public let validationCases: Int
    public let testCases: Int
    /// Networks that a search trains in parallel.
    public let workers: Int
    /// The methods that are not complete.
    public let methods: [Method]

    /// The needs of one method on one split.
    public struct Method: Encodable {
        public let name: String
        /// Number of splits without an outcome.
        public var splits = 0
        /// Number of trials; nil for a baseline.
        public var proposals: Int?
        /// Maximum number of trainings, including the final one of the best network.
        public var trainings: Int
        /// The share of random points of the space whose networks can be built and fit.
        public var trainableShare: Double?
        public var epochs: Int
        /// A training step and an epoch with its validation, averaged over the measured networks.
        public var stepSeconds: Double?
        public var epochSeconds: Double?
        /// Nil if the network does not fit, or none was found that does.
        public var seconds: Double?
        /// The reason why there is no time.
        public var reason: String?
    }

    /// Sums over all methods and splits.
    public let trainings: Int
    public let seconds: Double

    init(_ dataset: Dataset, _ split: Split, splits: Int, workers: Int, methods: [Method]) {
        self.dataset = dataset.name
        self.splits = splits
        trainingCases = split.training.count
        validationCases = split.validation.count
        testCases = split.test.count
        self.workers = workers
        self.methods = methods
        trainings = methods.reduce(0) { $0 + $1.splits * $1.trainings }
        seconds = methods.reduce(0) { $0 + Double($1.splits) * ($1.seconds ?? 0) }
    }
}

/// Measures steps of the networks that a comparison would train, and writes nothing.
public struct ForecastMaker {
    private let task: ComparisonTask
    private let split: Split
    /// The grids of the cases, where an epoch's steps follow from them.
    private let grids: [String: Fingerprint.Grid]
    private let pool: WorkerPool
    private let monitor: Monitor

    private var options: ComparisonOptions { task.options }
    private var memoryLimit: ByteCount { task.memoryLimit }

    /// Number of random points of a space, and of their networks to measure.
    private static let points = 64
    private static let measured = 3

    /// Reads the state of a comparison in a folder, which need not exist yet.
    public init(
        _ options: ComparisonOptions, in path: String, monitor: Monitor = Monitor()
    ) throws {
        task = try ComparisonTask(options, in: path, monitor: monitor)
        self.monitor = monitor
        split =
            task.divisions[options.indices.lowerBound]
            ?? Split(
                training: [], validation: [], test: [])
        grids = try Self.grids(task)
        pool = WorkerPool(options.conditions, devices: task.devices)
        TensorMemory.setBudget(task.memoryLimit)
    }

    private static func grids(_ task: ComparisonTask) throws -> [String: Fingerprint.Grid] {
        let (data, machine) = (task.conditions.data, task.conditions.machine)
        guard data.preparation.fit == .patch else { return [:] }
        return try TrainingCheck(
            task.dataset, Split(training: [], validation: [], test: []), for: .training,
            allowing: data.allowed, cache: PreparedCache(folder: machine.cache),
            threads: machine.threadCount
        ).grids
    }

    public func forecast() throws -> ComparisonForecast {
        var forecasts: [ComparisonForecast.Method] = []
        for (index, method) in task.methods.enumerated() {
            let splits = try outstandingSplits(of: method)
            if splits > 0 {
                var forecast =
                    switch method.kind {
                    case .search(let space): try search(method.name, SearchSpace(text: space))
                    case .training(let network): try training(method.name, network)
                    }
                forecast.splits = splits
                forecasts.append(forecast)
            }
            monitor.report(.measuring(done: index + 1, all: task.methods.count))
        }
        return ComparisonForecast(
            task.dataset, split, splits: options.splits, workers: pool.slots.count,
            methods: forecasts)
    }

    /// The number of splits without an outcome.
    private func outstandingSplits(of method: ComparedMethod) throws -> Int {
        try options.indices.count { split in
            try SegNASReport.Comparison.Outcome(
                of: method, split: split, in: task.folder, budget: options.sampling.budget) == nil
        }
    }

    private var feasibility: FeasibilityCheck {
        FeasibilityCheck(device: task.device, memoryLimit: memoryLimit)
    }

    // MARK: - One method

    private func training(
        _ name: String, _ network: Architecture
    ) throws -> ComparisonForecast.Method {
        try CPU.setThreads(options.conditions.machine.threadCount)
        var forecast = ComparisonForecast.Method(
            name: name, trainings: 0, epochs: options.finalEpochs)
        let training = task.training(network, split: options.indices.lowerBound)
        switch feasibility.verdict(on: training) {
        case .illegal(let reason), .overLimit(let reason, _): forecast.reason = reason
        case .tooLarge(let shortage, _): forecast.reason = shortage.words
        case .train:
            guard let pace = try pace(of: training) else {
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
        defer { try? CPU.setThreads(options.conditions.machine.threadCount) }
        let (trials, maxTrained) =
            switch options.sampling.budget {
            case .iterations(let count): (Int?(count), count)
            case .effectiveIterations(let count): (nil, count)
            }
        let final = options.conditions.finalEpochs
        var forecast = ComparisonForecast.Method(
            name: name, proposals: trials, trainings: maxTrained + (final == nil ? 0 : 1),
            epochs: options.conditions.training.epochs)
        let trainings = try trainable(space)
        let share = Double(trainings.count) / Double(Self.points)
        forecast.trainableShare = share
        guard let pace = try meanPace(of: trainings) else {
            forecast.reason = "none of \(Self.points) random points can be trained"
            return forecast
        }
        (forecast.stepSeconds, forecast.epochSeconds) = (pace.step, pace.epoch)
        let trained = trials.map { Double($0) * share } ?? Double(maxTrained)
        forecast.seconds =
            pace.epoch
            * (trained * Double(forecast.epochs) / Double(pool.slots.count) + Double(final ?? 0))
        return forecast
    }

    /// Trainings of random points, those that are feasible.
    private func trainable(_ space: SearchSpace) throws -> [TrainingTask] {
        var sampler = try SamplerPlan(method: .random, seed: options.conditions.training.seed)
            .sampler(in: space.bounds)
        let proposals = (0..<Self.points).compactMap { _ in sampler.ask() }
        var limited = feasibility
        limited.limits = options.sampling.limits
        return proposals.map { options.conditions.task(space.decode($0.point), on: task.dataset) }
            .filter { if case .train = limited.verdict(on: $0) { true } else { false } }
    }

    // MARK: - Measuring

    /// Mean seconds of these trainings, from measurements of the first ones; nil if none fits.
    private func meanPace(
        of trainings: [TrainingTask]
    ) throws -> (step: Double, epoch: Double)? {
        let paces = try trainings.prefix(Self.measured).compactMap { try pace(of: $0) }
        guard !paces.isEmpty else { return nil }
        let work = try trainings.map {
            Double(try $0.networkPlan().multiplyAdds(size: $0.size))
        }
        let mean = work.reduce(0, +) / Double(work.count)
        let measured = paces.reduce(0) { $0 + $1.multiplyAdds }
        return (
            mean * paces.reduce(0) { $0 + $1.step } / measured,
            mean * paces.reduce(0) { $0 + $1.epoch } / measured
        )
    }

    /// Seconds of a step and of an epoch; nil if they do not fit into memory.
    private func pace(of training: TrainingTask) throws -> TrainingPace? {
        defer { try? TensorMemory.trim() }
        do {
            let work = EpochWork(
                split, grids: grids, preparation: training.preparation, options: training.options)
            return try TrainingPace(training, work, device: task.device)
        } catch TorchError.outOfMemory {
            return nil
        }
    }
}

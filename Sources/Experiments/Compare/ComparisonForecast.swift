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
    private let measurement: SpaceMeasurement
    private let monitor: Monitor

    private var options: ComparisonOptions { task.options }

    /// Reads the state of a comparison in a folder, which need not exist yet.
    public init(
        _ options: ComparisonOptions, in path: String, monitor: Monitor = Monitor()
    ) throws {
        task = try ComparisonTask(options, in: path, monitor: monitor)
        self.monitor = monitor
        let split = task.divisions[options.indices.lowerBound]
        measurement = try SpaceMeasurement(
            task.dataset, split ?? Split(training: [], validation: [], test: []), task.conditions,
            limits: options.sampling.limits, devices: task.devices, memoryLimit: task.memoryLimit,
            monitor: monitor)
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
            task.dataset, measurement.split, splits: options.splits, workers: task.pool.slots.count,
            methods: forecasts)
    }

    /// The number of splits without an outcome.
    private func outstandingSplits(of method: ComparedMethod) throws -> Int {
        try options.indices.count { split in
            try SegNASReport.Comparison.Outcome(
                of: method, split: split, in: task.folder, devices: task.devices.count,
                budget: options.sampling.budget) == nil
        }
    }

    // MARK: - One method

    private func training(
        _ name: String, _ network: Architecture
    ) throws -> ComparisonForecast.Method {
        try CPU.setThreads(options.conditions.machine.threadCount)
        var forecast = ComparisonForecast.Method(
            name: name, trainings: 0, epochs: options.finalEpochs)
        let training = task.training(network, split: options.indices.lowerBound)
        let feasibility = FeasibilityCheck(devices: task.devices, memoryLimit: task.memoryLimit)
        switch feasibility.verdict(on: training) {
        case .illegal(let reason), .overLimit(let reason, _): forecast.reason = reason
        case .tooLarge(let shortage, _): forecast.reason = shortage.words
        case .train:
            guard let pace = try measurement.pace(of: training) else {
                forecast.reason = "a step does not fit into \(task.memoryLimit)"
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
        try CPU.setThreads(task.pool.threads)
        defer { try? CPU.setThreads(options.conditions.machine.threadCount) }
        let epochs = options.conditions.training.epochs
        let budget = options.sampling.budget
        let maxTrained = budget.trainings(epochs: epochs)
        let final = options.conditions.finalEpochs
        var forecast = ComparisonForecast.Method(
            name: name, proposals: budget.trials, trainings: maxTrained + (final == nil ? 0 : 1),
            epochs: epochs)
        let pace = try measurement.pace(of: space)
        forecast.trainableShare = pace.trainableShare
        guard let mean = pace.mean() else {
            forecast.reason = "none of \(SpaceMeasurement.mostPoints) random points can be trained"
            return forecast
        }
        (forecast.stepSeconds, forecast.epochSeconds) = (mean.step, mean.epoch)
        let trained = budget.trials.map { Double($0) * pace.trainableShare } ?? Double(maxTrained)
        forecast.seconds =
            mean.epoch
            * (trained * Double(forecast.epochs) / Double(task.pool.slots.count)
                + Double(final ?? 0))
        return forecast
    }
}

public import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The trainings of a search and the time that they may take, estimated from steps of some networks of its space.
public struct SearchForecast: Encodable, Sendable {
    public let schema = 1
    public let dataset: String
    public let trainingCases: Int
    public let validationCases: Int
    public let testCases: Int
    /// Networks that are trained in parallel.
    public let workers: Int
    /// Number of trials; nil if trainings are counted.
    public let trials: Int?
    /// Number of whole trainings that the epochs of the search come to, at most; the final one comes on top.
    public let trainings: Int
    public let epochs: Int
    public let stepsPerEpoch: Int
    /// 2 if trainings stop on the way, and some of them go on.
    public let rungs: Int
    /// Epochs for which the best network is trained again; nil for none.
    public let finalEpochs: Int?
    /// How often: once, or on folds, with several seeds, or several networks.
    public let finalTrainings: Int
    /// The multiply-adds of a forward pass beyond which no network is trained; nil for no limit.
    public let maxOperations: Int?
    /// The share of random points of the space whose networks can be built and fit.
    public let trainableShare: Double
    /// A training step of the mean network.
    public let stepSeconds: Double
    /// The time after the preparation of the images, if networks take as long as the quicker half of the space does,
    /// and as its dearest.
    public let leastSeconds: Double
    public let mostSeconds: Double
}

/// Measures steps of networks that a new search may train, chooses what was left to it, and writes nothing.
public struct SearchForecaster {
    private let options: SearchOptions
    private let measurement: SpaceMeasurement
    private let workers: Int
    private let pace: SpacePace

    /// The time that is planned for where none is given, in seconds: a night.
    public static let usualSeconds = 8.0 * 3600
    /// Where the networks of the space have no time for so many steps, the dearer ones are left out, and these shares
    /// of them remain.
    private static let goodSteps = 1500
    private static let keptShares = [0.75, 0.5, 0.25]
    /// At the least, those that cost no more than the network which is planned for these images, or this share.
    private static let leastShare = 0.1

    /// - Throws: ``OptionFaults`` if none of the space's networks can be trained, and what keeps the dataset from being
    ///   read and divided.
    public init(_ options: SearchOptions, monitor: Monitor = Monitor()) throws {
        try OptionFaults.refuse(options.faults)
        self.options = options
        let conditions = options.conditions
        let devices = try conditions.machine.apply(seed: conditions.training.seed)
        let dataset = try Dataset(
            contentsOf: conditions.data.dataset, threads: conditions.machine.threadCount,
            allowing: conditions.data.allowed)
        let pool = try WorkerPool(conditions, devices: devices)
        workers = pool.slots.count
        measurement = try SpaceMeasurement(
            dataset, dataset.split(conditions.data.split), conditions,
            limits: options.sampling.limits, devices: pool.devices,
            memoryLimit: try pool.memoryLimit(conditions.machine, begun: nil), monitor: monitor)
        try CPU.setThreads(pool.threads)
        defer { try? CPU.setThreads(conditions.machine.threadCount) }
        pace = try measurement.pace(of: SearchSpace(text: options.plannedSpace)) {
            monitor.report(.measuring(done: $0, all: $1))
        }
        guard pace.mean() != nil else {
            throw OptionFaults(Self.nothingTrainable(options.sampling.limits))
        }
    }

    private static func nothingTrainable(_ limits: NetworkLimits) -> String {
        let (all, words) = (SpaceMeasurement.mostPoints, limits.words.joined(separator: " and "))
        let limited = limits.isEmpty ? "" : " within the limit of \(words)"
        let raised = limits.isEmpty ? "" : "raise the limit, "
        return "none of \(all) random networks of the `space` can be trained here\(limited): "
            + "\(raised)widen it, or give a smaller `patch` or `size`, or a larger `memoryLimit`"
    }

    /// The forecast of a search with other epochs, another budget and stricter limits than it was measured with.
    public func forecast(_ options: SearchOptions) throws -> SearchForecast {
        let conditions = options.conditions
        let epochs = conditions.training.epochs
        let budget = options.sampling.budget(epochs: epochs)
        let split = measurement.split
        let trainings = budget.trainings(epochs: epochs)
        let trained = budget.trials.map { Double($0) * pace.trainableShare } ?? Double(trainings)
        let steps = work(conditions).steps
        let limit = options.sampling.limits.operations
        guard let mean = pace.mean(limit: limit) else {
            throw OptionFaults("no random network of the `space` is within `maxOperations`")
        }
        let final = Double(conditions.allFinalEpochs) / Double(max(epochs, 1))
        let epoch = Double(steps) * mean.step + mean.validation
        let training = Double(epochs) * epoch * (trained / Double(workers) + final)
        let starts = SearchTime.startSeconds(options.sampling) * trained / Double(workers)
        return SearchForecast(
            dataset: measurement.dataset.name, trainingCases: split.training.count,
            validationCases: split.validation.count, testCases: split.test.count,
            workers: workers, trials: budget.trials, trainings: trainings, epochs: epochs,
            stepsPerEpoch: steps, rungs: options.sampling.rungs,
            finalEpochs: conditions.allFinalEpochs > 0
                ? conditions.finalEpochs ?? epochs : nil,
            finalTrainings: conditions.finalTrainings, maxOperations: limit,
            trainableShare: pace.trainableShare, stepSeconds: mean.step,
            leastSeconds: training * mean.range.lowerBound + starts,
            mostSeconds: training * mean.range.upperBound + starts)
    }

    private func work(_ conditions: TrainingConditions) -> EpochWork {
        measurement.work(conditions.task(.unet3d, on: measurement.dataset))
    }

    /// The options with epochs, a budget, and a final training such that even dear networks of the space are done in a
    /// time; where that leaves too few steps, the dearer networks of the space are left out.
    ///
    /// - Parameter seconds: From the beginning of the command.
    /// - Returns: The options that were measured with, and what was chosen.
    /// - Throws: ``OptionFaults`` if that is too little.
    public func options(within seconds: Double) throws -> SearchOptions {
        let limits: [Int?] =
            options.sampling.limits.operations == nil
            ? [nil] + (try operationLimits()) : [options.sampling.limits.operations]
        let times = limits.map { time($0, within: seconds) }
        let good = times.first { time in
            time.choice(SearchTime.usualTrainings).map { $0.steps >= Self.goodSteps } ?? false
        }
        return try (good ?? times[times.count - 1]).options(options)
    }

    /// Limits of multiply-adds in descending order.
    private func operationLimits() throws -> [Int] {
        func quantile(_ share: Double) -> Int {
            Int(pace.costs[Int(share * Double(pace.costs.count - 1))])
        }
        let conditions = options.conditions
        let planned = PlannedNetwork.standard.architecture(for: conditions.data.preparation)
        let task = conditions.task(planned, on: measurement.dataset)
        let least = max(
            try task.networkPlan().multiplyAdds(size: task.size), quantile(Self.leastShare))
        return Self.keptShares.map(quantile).filter { $0 > least } + [least]
    }

    private func time(_ limit: Int?, within seconds: Double) -> SearchTime {
        let conditions = options.conditions
        let mean = pace.mean(limit: limit)
        let slow = mean?.range.upperBound ?? 1
        let isFixed =
            conditions.data.preparation.fit != .patch || conditions.training.stepsPerEpoch != nil
        return SearchTime(
            asked: seconds, maxOperations: limit,
            pace: TrainingTime.Pace(
                step: (mean?.step ?? .infinity) * slow,
                validation: (mean?.validation ?? .infinity) * slow),
            startSeconds: SearchTime.startSeconds(options.sampling), workers: workers,
            finalTrainings: conditions.finalTrainings,
            usualSteps: work(conditions).steps, isFixed: isFixed)
    }
}

internal import Glibc
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// Measures steps of trainings and of random networks of a space, as they would be trained; writes nothing.
struct SpaceMeasurement {
    let dataset: Dataset
    let split: Split
    let conditions: TrainingConditions
    /// Limits on the networks of a space.
    let limits: NetworkLimits
    /// The devices of a training.
    let devices: [Device]
    /// Limit on the tensors of one training.
    let memoryLimit: ByteCount
    let monitor: Monitor
    /// The grids of the cases, where an epoch's steps follow from them.
    private let grids: [String: Fingerprint.Grid]

    /// Number of random points of a space; where few of their networks can be trained, as within narrow limits, more
    /// are drawn.
    private static let points = 64
    static let mostPoints = 1024
    private static let leastTrainable = 8
    /// The networks that are measured, by the share of others that cost less: one would wait for the dearest.
    private static let measured = [0, 0.1, 0.2, 0.35, 0.5]

    init(
        _ dataset: Dataset, _ split: Split, _ conditions: TrainingConditions,
        limits: NetworkLimits, devices: [Device], memoryLimit: ByteCount, monitor: Monitor
    ) throws {
        self.dataset = dataset
        self.split = split
        self.conditions = conditions
        self.limits = limits
        self.devices = devices
        self.memoryLimit = memoryLimit
        self.monitor = monitor
        grids = try Self.grids(of: dataset, conditions)
        for device in devices { try TensorMemory.setBudget(memoryLimit, on: device) }
    }

    private static func grids(
        of dataset: Dataset, _ conditions: TrainingConditions
    ) throws -> [String: Fingerprint.Grid] {
        guard conditions.data.preparation.fit == .patch else { return [:] }
        return try TrainingCheck(
            dataset, Split(training: [], validation: [], test: []), for: .training,
            allowing: conditions.data.allowed,
            cache: PreparedCache(folder: conditions.machine.cache),
            threads: conditions.machine.threadCount
        ).grids
    }

    /// What an epoch of a training computes.
    func work(_ training: TrainingTask) -> EpochWork {
        EpochWork(
            split, grids: grids, preparation: training.preparation, options: training.options)
    }

    /// The pace of a training; nil if it does not fit into memory.
    ///
    /// - Throws: ``PlanningInterrupted`` if the user ends it.
    func pace(of training: TrainingTask) throws -> TrainingPace? {
        guard !monitor.isEndRequested() else { throw PlanningInterrupted() }
        defer { for device in devices { try? TensorMemory.trim(on: device) } }
        do {
            return try TrainingPace(training, work(training), devices: devices)
        } catch TorchError.outOfMemory {
            return nil
        }
    }

    /// The pace of random networks of a space; `report` is told how many of how many are measured.
    func pace(
        of space: SearchSpace, report: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws -> SpacePace {
        let (drawn, feasible) = try trainable(space)
        let trainings = try feasible.map { training in
            (training, cost: Double(try training.networkPlan().multiplyAdds(size: training.size)))
        }.sorted { $0.cost < $1.cost }
        let places = Set(Self.measured.map { Int($0 * Double(trainings.count)) })
        let paces = try places.sorted().enumerated().compactMap { index, place in
            defer { report(index + 1, places.count) }
            return trainings.isEmpty ? nil : try pace(of: trainings[place].0)
        }
        return SpacePace(
            trainableShare: Double(trainings.count) / Double(drawn), measured: paces,
            costs: trainings.map(\.cost))
    }

    /// The number of random points that were drawn, and the trainings of those that are feasible.
    private func trainable(_ space: SearchSpace) throws -> (drawn: Int, trainings: [TrainingTask]) {
        var sampler = try SamplerPlan(method: .random, seed: conditions.training.seed)
            .sampler(in: space.bounds)
        let feasibility = FeasibilityCheck(
            devices: devices, memoryLimit: memoryLimit, limits: limits)
        var (drawn, trainings): (Int, [TrainingTask]) = (0, [])
        while drawn < Self.points
            || trainings.count < Self.leastTrainable && drawn < Self.mostPoints,
            let proposal = sampler.ask()
        {
            guard !monitor.isEndRequested() else { throw PlanningInterrupted() }
            drawn += 1
            let training = conditions.task(space.decode(proposal.point), on: dataset)
            if case .train = feasibility.verdict(on: training) { trainings.append(training) }
        }
        return (drawn, trainings)
    }
}

/// How many random networks of a space can be trained on this machine, and how fast.
struct SpacePace {
    /// The share of random points whose networks can be built, are within the limits, and fit.
    let trainableShare: Double
    /// The multiply-adds of these networks' forward passes, in ascending order.
    let costs: [Double]
    private let step: PowerLaw
    private let validation: PowerLaw
    private let epoch: PowerLaw

    /// The pace of networks of which some were measured.
    ///
    /// - Parameters:
    ///   - trainableShare: The share of random points that can be trained.
    ///   - measured: The pace of some of the networks.
    ///   - costs: The multiply-adds of all, in ascending order; none if nothing could be measured.
    init(trainableShare: Double, measured: [TrainingPace], costs: [Double]) {
        self.trainableShare = trainableShare
        self.costs = measured.isEmpty ? [] : costs
        func law(_ seconds: (TrainingPace) -> Double) -> PowerLaw {
            PowerLaw(measured.map { ($0.multiplyAdds, seconds($0)) })
        }
        (step, validation, epoch) = (law(\.step), law(\.validation), law(\.epoch))
    }

    /// Seconds for the mean network.
    struct Mean {
        /// Of a training step.
        var step: Double
        /// Of the validation of all cases.
        var validation: Double
        /// Of an epoch with its validation.
        var epoch: Double
        /// The times of the lower quartile of networks and of the upper decile, as multiples of the mean.
        ///
        /// A search comes to prefer the dearer ones.
        var range: ClosedRange<Double>
    }

    /// Seconds for the mean of the networks within a limit of multiply-adds; nil if there is none.
    func mean(limit: Int? = nil) -> Mean? {
        let costs = limit.map { limit in self.costs.filter { $0 <= Double(limit) } } ?? self.costs
        guard !costs.isEmpty else { return nil }
        func average(_ law: PowerLaw) -> Double {
            costs.reduce(0) { $0 + law.seconds(for: $1) } / Double(costs.count)
        }
        let epochs = average(epoch)
        func multiple(_ share: Double) -> Double {
            epoch.seconds(for: costs[Int(share * Double(costs.count - 1))]) / epochs
        }
        return Mean(
            step: average(step), validation: average(validation), epoch: epochs,
            range: min(multiple(0.25), 1)...max(multiple(0.9), 1))
    }
}

/// Seconds as a power of multiply-adds: networks of few have more to do beside them, by the operation.
struct PowerLaw {
    private let factor: Double
    private let exponent: Double

    /// Least squares of the logarithms, with an exponent of at most 1, which holds for one measurement alone.
    init(_ measured: [(work: Double, seconds: Double)]) {
        let points = measured.filter { $0.work > 0 && $0.seconds > 0 }
            .map { (x: log($0.work), y: log($0.seconds)) }
        let count = Double(max(points.count, 1))
        let x = points.reduce(0) { $0 + $1.x } / count
        let y = points.reduce(0) { $0 + $1.y } / count
        let spread = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
        let slope = points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
        exponent = spread > 0 ? min(max(slope, 0), 1) : 1
        factor = points.isEmpty ? 0 : exp(y - exponent * x)
    }

    func seconds(for work: Double) -> Double { factor * pow(work, exponent) }
}

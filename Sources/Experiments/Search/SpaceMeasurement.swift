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

    /// Number of random points of a space.
    static let points = 64
    /// The networks that are measured, by the share of others that cost less: one would wait for the dearest.
    private static let measured = [0.2, 0.35, 0.5]

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
        let trainings = try trainable(space).map { training in
            (training, cost: Double(try training.networkPlan().multiplyAdds(size: training.size)))
        }.sorted { $0.cost < $1.cost }
        let places = Set(Self.measured.map { Int($0 * Double(trainings.count)) })
        let paces = try places.sorted().enumerated().compactMap { index, place in
            defer { report(index + 1, places.count) }
            return trainings.isEmpty ? nil : try pace(of: trainings[place].0)
        }
        return SpacePace(
            trainableShare: Double(trainings.count) / Double(Self.points), measured: paces,
            costs: trainings.map(\.cost))
    }

    /// Trainings of random points, those that are feasible.
    private func trainable(_ space: SearchSpace) throws -> [TrainingTask] {
        var sampler = try SamplerPlan(method: .random, seed: conditions.training.seed)
            .sampler(in: space.bounds)
        let proposals = (0..<Self.points).compactMap { _ in sampler.ask() }
        let feasibility = FeasibilityCheck(
            devices: devices, memoryLimit: memoryLimit, limits: limits)
        return try proposals.map { conditions.task(space.decode($0.point), on: dataset) }
            .filter { training in
                guard !monitor.isEndRequested() else { throw PlanningInterrupted() }
                return if case .train = feasibility.verdict(on: training) { true } else { false }
            }
    }
}

/// How many random networks of a space can be trained on this machine, and how fast.
struct SpacePace {
    /// The share of random points whose networks can be built, are within the limits, and fit.
    let trainableShare: Double
    /// The multiply-adds of these networks' forward passes, in ascending order.
    let costs: [Double]
    /// Seconds by multiply-adds; nil if no network can be trained.
    private let rates: (step: Double, validation: Double, epoch: Double)?

    /// The pace of networks of which some were measured: times are taken to be proportional to multiply-adds.
    ///
    /// - Parameters:
    ///   - trainableShare: The share of random points that can be trained.
    ///   - measured: The pace of some of the networks.
    ///   - costs: The multiply-adds of all, in ascending order.
    init(trainableShare: Double, measured: [TrainingPace], costs: [Double]) {
        self.trainableShare = trainableShare
        self.costs = costs
        let work = measured.reduce(0) { $0 + $1.multiplyAdds }
        func rate(_ seconds: (TrainingPace) -> Double) -> Double {
            measured.reduce(0) { $0 + seconds($1) } / work
        }
        rates = work > 0 ? (rate(\.step), rate(\.validation), rate(\.epoch)) : nil
    }

    /// Seconds for the mean network.
    struct Mean {
        /// Of a training step.
        var step: Double
        /// Of the validation of all cases.
        var validation: Double
        /// Of an epoch with its validation.
        var epoch: Double
        /// The quartiles of the networks' times, as multiples of the mean.
        var quartiles: ClosedRange<Double>
    }

    /// Seconds for the mean of the networks within a limit of multiply-adds; nil if there is none.
    func mean(limit: Int? = nil) -> Mean? {
        let costs = limit.map { limit in self.costs.filter { $0 <= Double(limit) } } ?? self.costs
        guard let rates, !costs.isEmpty else { return nil }
        let average = costs.reduce(0, +) / Double(costs.count)
        return Mean(
            step: rates.step * average, validation: rates.validation * average,
            epoch: rates.epoch * average,
            quartiles: costs[costs.count / 4] / average...costs[costs.count * 3 / 4] / average)
    }
}

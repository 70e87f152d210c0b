public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASSegmentation
internal import SegNASTorch

/// Plans what a training was not told, from the images of its dataset.
///
/// ```swift
/// let planned = try TrainingPlanner(dataset: "Task04_Hippocampus").planned()
/// let run = RunOptions(data: planned.data, network: planned.network, training: planned.training)
/// ```
public struct TrainingPlanner {
    /// The path of the dataset's folder, or of a datalist.
    public var dataset: String
    /// Faults of the dataset that the user allows.
    public var allowed: Set<AllowableFault> = []
    /// What is to be trained.
    public var network = Network.planned(.standard)
    /// Choices that the plan keeps.
    public var given = GivenChoices()
    /// The options of training; the plan's batch replaces theirs, unless it is given.
    public var training = Recipe.standard.options
    public var machine = MachineOptions()
    /// Whether a cascade is to be trained: its second stage sees a mask of each label, too.
    public var isCascade = false
    /// Trainings that share the memory, where no limit is given for each.
    public var workers = 1
    public var monitor = Monitor()

    /// The memory that a plan may use where no limit is given: what nnU-Net plans for.
    public static let standardLimit = ByteCount(8 << 30)

    /// The network to plan for.
    public enum Network: Sendable {
        case planned(PlannedNetwork)
        /// The median network of a search space: the name of a preset, or YAML.
        case median(space: String)
    }

    public init(dataset: String) {
        self.dataset = dataset
    }

    /// Reads the images of the dataset, or what the cache knows of them, and plans.
    ///
    /// - Throws: `DatasetError` for faults that training refuses, a `PlanError`, ``PlanningInterrupted``.
    public func planned() throws -> PlannedTraining {
        try OptionFaults.refuse(machine.faults)
        // Buffers of convolutions are counted by thread.
        try machine.applyToHost()
        let threads = machine.threadCount
        let dataset = try Dataset(contentsOf: dataset, threads: threads, allowing: allowed)
        let fingerprint = try fingerprint(of: dataset)
        let cost = try cost(for: dataset)
        var plan = try plan(dataset, fingerprint, cost)
        if isCascade {
            guard plan.lowResolution != nil else { throw CascadeIsUseless(plan.fullResolution) }
            let masks = dataset.labels.foreground.count
            plan.fullResolution = try self.plan(
                dataset, fingerprint, self.cost(for: dataset, masks: masks)
            ).fullResolution
        }
        return PlannedTraining(dataset: dataset, plan: plan, limit: cost.limit, planner: self)
    }

    /// The plan of a dataset whose images have been read; nil if none of them could be.
    public func plan(_ check: DatasetCheck) throws -> DatasetPlan? {
        guard let dataset = check.dataset, let fingerprint = check.fingerprint else { return nil }
        try machine.applyToHost()
        return try plan(dataset, fingerprint, cost(for: dataset))
    }

    private func plan(
        _ dataset: Dataset, _ fingerprint: Fingerprint?, _ cost: StepCost
    ) throws -> DatasetPlan {
        try DatasetPlan(
            fingerprint?.grids ?? [], channels: dataset.channels, cost: cost, given: given)
    }

    private func cost(for dataset: Dataset, masks: Int = 0) throws -> StepCost {
        let network =
            switch network {
            case .planned(let network): network
            case .median(let space):
                PlannedNetwork.given(try SearchSpace(text: space).medianNetwork(for: dataset))
            }
        return try StepCost.training(
            network, channels: dataset.channels.count + masks, classes: dataset.labels.outputCount,
            options: training,
            limit: machine.memoryLimit
                ?? min(ByteCount(machine.limit.bytes / UInt64(max(1, workers))), Self.standardLimit),
            device: Device.parse(machine.device).first ?? .cpu)
    }

    /// The run that follows a plan.
    fileprivate func options(_ plan: ResolutionPlan) -> RunOptions {
        var options = RunOptions(
            data: DataOptions(
                dataset: dataset,
                preparation: PreparationOptions(
                    size: plan.patch, fit: .patch, spacing: .fixed(mm: plan.spacing)),
                allowed: allowed), network: plan.network, training: training, machine: machine)
        options.training.batchSize = plan.batchSize
        return options
    }

    private func fingerprint(of dataset: Dataset) throws -> Fingerprint? {
        let cases = dataset.training.map(\.identifier)
        let check = try TrainingCheck(
            dataset, Split(training: cases, validation: [], test: []), for: .training,
            allowing: allowed, cache: PreparedCache(folder: machine.cache),
            threads: machine.threadCount
        ) { done, all in
            guard !monitor.isEndRequested() else { throw PlanningInterrupted() }
            monitor.report(.training(.checking(completed: done, total: all)))
        }
        defer { monitor.report(.trainingEnded) }
        try check.refuse()
        return check.fingerprint(of: cases)
    }
}

/// Planning was ended on request; nothing has been written.
public struct PlanningInterrupted: Error, CustomStringConvertible {
    public let description =
        "interrupted before anything was written: the same command begins again"
}

/// A cascade for images that patches cover well without one.
public struct CascadeIsUseless: Error, CustomStringConvertible {
    private let plan: ResolutionPlan

    init(_ plan: ResolutionPlan) {
        self.plan = plan
    }

    public var description: String {
        "\(plan) cover \(Int((100 * plan.share).rounded())) % of the median image, and a cascade would help "
            + "where they cover less than \(Int(100 * DatasetPlan.leastShare)) %: leave out `cascade`"
    }
}

/// A plan, and the training that follows it.
public struct PlannedTraining: Sendable {
    public let dataset: Dataset
    public let plan: DatasetPlan
    /// The memory that was planned with.
    public let limit: ByteCount
    /// The images as the plan has them, with the default split.
    public let data: DataOptions
    public let training: TrainingOptions
    /// The first stage of a cascade; nil where the plan offers none.
    public let firstStage: RunOptions?
    private let isForSpace: Bool

    /// The plan in a line; of a search, whose networks it cannot name, the one that the patch has room for.
    public var words: String {
        let full = plan.fullResolution
        return isForSpace
            ? "\(full.imageWords), with room for the median network of the space, \(full.network)"
            : "\(full)"
    }

    public var network: Architecture { plan.fullResolution.network }

    init(dataset: Dataset, plan: DatasetPlan, limit: ByteCount, planner: TrainingPlanner) {
        self.dataset = dataset
        self.plan = plan
        self.limit = limit
        isForSpace = if case .median = planner.network { true } else { false }
        let run = planner.options(plan.fullResolution)
        data = run.data
        training = run.training
        firstStage = plan.lowResolution.map(planner.options)
    }

    /// Measures a step on patches of zeros on the CPU, after one to warm up.
    ///
    /// - Returns: Seconds.
    public func measuredStep() throws -> Double {
        defer { try? TensorMemory.trim() }
        let full = plan.fullResolution
        let network = try NetworkPlan(
            network, channels: dataset.channels.count, classes: dataset.labels.outputCount,
            levels: full.networkLevels)
        let step = try SyntheticTraining(
            network, size: full.patch, options: training.resolved(on: .cpu), devices: [.cpu])
        return try shortestSeconds(repetitions: 1) { try step.step() }
    }
}

public import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASSegmentation
public import SegNASStudy
public import SegNASTorch

/// How all networks of a search or a comparison are trained, and on what.
public struct TrainingConditions: Hashable, Codable, Sendable {
    public var data: DataOptions
    /// With the seed of all random numbers.
    public var training: TrainingOptions
    /// Epochs of a last training, of the best network from scratch; nil for none.
    public var finalEpochs: Int?
    public var workers: WorkerOptions
    public var machine: MachineOptions

    public init(
        data: DataOptions, training: TrainingOptions = TrainingOptions(), finalEpochs: Int? = nil,
        workers: WorkerOptions = WorkerOptions(), machine: MachineOptions = MachineOptions()
    ) {
        self.data = data
        self.training = training
        self.finalEpochs = finalEpochs
        self.workers = workers
        self.machine = machine
    }

    /// What is wrong with them, a sentence each.
    public var faults: [String] {
        data.faults + training.faults + faultsOfCounts([("finalEpochs", finalEpochs)])
            + workers.faults + machine.faults
    }

    /// The training of a network, which is not judged on the test part; without a seed, by that of the conditions.
    func task(
        _ architecture: Architecture, hyperparameters: [Hyperparameter: Double] = [:],
        seed: UInt64? = nil, on dataset: Dataset
    ) -> TrainingTask {
        var options = training
        if let seed { options.seed = seed }
        options.apply(hyperparameters)
        var task = TrainingTask(
            dataset, architecture, preparation: data.preparation, split: data.split,
            options: options)
        task.isTested = false
        task.allowed = data.allowed
        return task
    }

    /// The training of a candidate's network.
    func task(_ candidate: Candidate, on dataset: Dataset) -> TrainingTask {
        task(
            candidate.architecture, hyperparameters: candidate.hyperparameters, on: dataset)
    }

    func machine(_ device: Device) -> Trainer.Machine {
        Trainer.Machine(
            device: device, threads: machine.threadCount, cache: machine.cache,
            version: Release.version)
    }
}

extension TrainingOptions {
    /// Takes the values that a search has chosen.
    fileprivate mutating func apply(_ hyperparameters: [Hyperparameter: Double]) {
        for (name, value) in hyperparameters {
            switch name {
            case .batch: batchSize = Int(value)
            case .learningRate: learningRate = value
            }
        }
    }
}

/// Conditions as a plan keeps them: with what was chosen for them when the work was begun.
public struct RecordedConditions: Hashable, Codable, Sendable {
    /// With the precision that was chosen, not `auto`.
    public var asked: TrainingConditions
    /// `cpu` or `cuda`: which one of several does not matter.
    public var device: String
    /// Of the tensors of one training.
    public var memoryLimit: ByteCount

    init(_ asked: TrainingConditions, on device: Device, memoryLimit: ByteCount) {
        self.asked = asked
        self.asked.training = asked.training.resolved(on: device)
        self.asked.data.dataset = absolutePath(asked.data.dataset)
        self.asked.machine.cache = asked.machine.cache.map(absolutePath)
        self.device = device == .cpu ? "cpu" : "cuda"
        self.memoryLimit = memoryLimit
    }

    init(asked: TrainingConditions, device: String, memoryLimit: ByteCount) {
        self.asked = asked
        self.device = device
        self.memoryLimit = memoryLimit
    }

    /// What to go on with where nothing else is asked for: on the same kind of device.
    public var resumed: TrainingConditions {
        var resumed = asked
        if device == "cpu" { resumed.machine.device = device }
        return resumed
    }

    /// What results depend on, and what is asked for now.
    func differences(to now: RecordedConditions) -> [StudyError.Difference] {
        // The seed is the sampler's, too, where it is compared.
        let training = TrainingOptions.fields.filter { $0.name != "seed" }.compactMap {
            StudyError.Difference($0.name, $0.text(asked.training), $0.text(now.asked.training))
        }
        return training + asked.data.differences(to: now.asked.data)
            + [
                StudyError.Difference("device", device, now.device),
                StudyError.Difference(
                    "memoryLimit", "\(memoryLimit.bytes)", "\(now.memoryLimit.bytes)"),
            ].compactMap(\.self)
    }
}

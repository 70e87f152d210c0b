internal import Datasets
internal import Host
internal import Search
internal import Segmentation
internal import Study
internal import Torch

/// Arguments that say how the networks of a command are trained, all of them alike.
protocol TrainingSettings {
    var sampling: SamplingArguments { get }
    var data: DataArguments { get }
    var training: TrainingArguments { get }
    var compute: ComputeOptions { get }
}

extension TrainingSettings {
    /// The training of a network, which is not judged on the test part; without a seed, by that of the command.
    func task(
        _ architecture: Architecture, hyperparameters: [Hyperparameter: Double] = [:],
        seed: UInt64? = nil, on dataset: Dataset
    ) -> TrainingTask {
        var options = training.options(
            precision: compute.precision, seed: seed ?? compute.seed)
        options.apply(hyperparameters)
        var task = TrainingTask(
            dataset, architecture, preparation: data.preparation, split: data.splitOptions,
            options: options)
        task.isTested = false
        task.allowed = data.allowance.kinds
        return task
    }

    /// The training of a candidate's network.
    func task(_ candidate: Candidate, on dataset: Dataset) -> TrainingTask {
        task(
            candidate.architecture, hyperparameters: candidate.hyperparameters, on: dataset)
    }

    func machine(_ device: Device) -> TrainingMachine {
        TrainingMachine(
            device: device, threads: compute.host.threadCount, cache: data.cache, version: version)
    }

    /// What results depend on, by the names of options; the groups of a split show in its cases.
    func recorded(device: Device, memoryLimit: ByteCount) -> [String: String] {
        var options = training.options(precision: compute.precision, seed: compute.seed)
            .resolved(on: device).byName
        // Told apart by the sampler's.
        options["--seed"] = nil
        options["--size"] = "\(data.size)"
        options["--fit"] = data.fit.rawValue
        options["--split"] = "\(data.split)"
        options["--split-index"] = "\(data.splitIndex)"
        options["--device"] = device == .cpu ? "cpu" : "cuda"
        let allowed = data.allowance.kinds.map(\.rawValue).sorted()
        if !allowed.isEmpty {
            options[StudyPlan.allowance] = allowed.joined(separator: ",")
        }
        options[memoryLimitName] = "\(memoryLimit.bytes)"
        return options
    }

    /// The tensors' memory of one training: as asked for, as recorded when it was begun, or a share of what there is.
    func memoryLimit(begun: [String: String]?, devices: [Device]) -> ByteCount {
        if let limit = compute.host.memoryLimit { return limit }
        let recorded = begun?[memoryLimitName].flatMap { UInt64($0) }
        let workers = WorkerPool(self, devices: devices).slots.count
        return ByteCount(recorded ?? compute.host.limit.bytes / UInt64(workers))
    }

    /// The limit's name in a plan, where it stands in bytes.
    private var memoryLimitName: String { "--memory-limit" }
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

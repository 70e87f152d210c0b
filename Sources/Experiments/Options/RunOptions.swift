internal import FoundationEssentials
internal import SegNASDatasets
public import SegNASHost
public import SegNASSearch
public import SegNASSegmentation
public import SegNASTorch

/// All options of a run: the training of one network.
public struct RunOptions: Hashable, Codable, Sendable {
    public var data: DataOptions
    public var network: Architecture
    /// Training options, including the seed of all random numbers.
    public var training: TrainingOptions
    /// The time of the training, which chooses the epochs; nil takes those of `training`.
    public var minutes: Double?
    /// The model whose weights the run begins with; nil draws them.
    public var origin: ModelOrigin?
    /// What each pooling of the network halves; nil for what suits the images.
    public var levels: Pyramid?
    public var machine: MachineOptions

    public init(
        data: DataOptions, network: Architecture, training: TrainingOptions = TrainingOptions(),
        machine: MachineOptions = MachineOptions()
    ) {
        self.data = data
        self.network = network
        self.training = training
        self.machine = machine
    }

    /// Options of a run that begins with a model's weights: the same network for images that are prepared alike.
    public init(from origin: ModelOrigin, dataset: String) throws {
        let model = try origin.description()
        self.init(
            data: DataOptions(dataset: dataset, preparation: model.preparation.options),
            network: model.architecture)
        self.origin = origin
        levels = model.pyramid
        if let record = TrainingRecord(ofModel: origin.model) {
            training.batchSize = record.options.batchSize
        }
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        var faults = data.faults + training.faults + machine.faults
        if let minutes, !(minutes > 0 && minutes.isFinite) {
            faults.append("`minutes` must be positive, and \(minutes) is given")
        }
        return faults
    }
}

/// The parts of a run's plan that say how it was begun.
struct RecordedRun: Decodable {
    var command: String
    var dataset: DatasetRecord
    var network: Architecture
    var preparation: Preparation
    var splitPlan: String
    var split: Split
    var options: TrainingOptions
    private var time: TrainingTime?
    private var origin: ModelOrigin?
    private var levels: Pyramid?
    var device: String
    private var allowed: [AllowableFault]?
    private var source: String?
    private var machine: MachineOptions?

    /// Nil if there is no run; its training reports a plan that cannot be read.
    init?(in run: String) {
        guard let plan = try? JSONDocument.read(RecordedRun.self, from: "\(run)/plan.json"),
            plan.command == "train"
        else { return nil }
        self = plan
    }

    var recordedSplit: TrainingTask.RecordedSplit { .init(split, text: splitPlan) }

    /// The options with which the run is resumed by default: on the same kind of device.
    var resumed: RunOptions {
        var data = DataOptions(
            dataset: source ?? dataset.folder, preparation: preparation.options,
            split: SplitOptions(recordedInRun: splitPlan), allowed: Set(allowed ?? []))
        data.keepsSplit = true
        var machine = machine ?? MachineOptions()
        if device == "cpu", machine.device == "auto" { machine.device = device }
        var resumed = RunOptions(
            data: data, network: network, training: options, machine: machine)
        resumed.minutes = time?.minutes
        resumed.origin = origin
        if origin != nil { resumed.levels = levels ?? Pyramid(poolings: network.poolings) }
        return resumed
    }
}

extension RunOptions {
    /// Reads the options with which a run or a cross-validation was begun or last resumed; nil if there is none.
    public init?(ofRun path: String) {
        if let folds = try? CrossValidationPlan(in: CrossValidationFolder(path)) {
            self = folds.resumed
            return
        }
        guard let begun = RecordedRun(in: path) else { return nil }
        self = begun.resumed
    }
}

extension MachineOptions {
    /// Number of CPU threads.
    public var threadCount: Int { threads ?? ThreadEnvironment.current.threads }

    /// The limit of tensors' memory on the CPU.
    public var limit: ByteCount {
        memoryLimit ?? ByteCount(HostResources.current().available.bytes / 10 * 9)
    }

    /// The limit of tensors' memory on a device, in each of several processes that share it.
    ///
    /// - Throws: ``TorchError`` if a GPU's driver does not describe it.
    func limit(on device: Device, sharedBy processes: Int = 1) throws(TorchError) -> ByteCount {
        if let memoryLimit { return memoryLimit }
        guard case .cuda(let index) = device else {
            return ByteCount(limit.bytes / UInt64(processes))
        }
        let gpus = try GPU.all()
        guard gpus.indices.contains(index) else {
            throw .operation("the NVIDIA driver does not describe \(device)")
        }
        return Self.share(of: gpus[index].memory, processes: processes)
    }

    /// What tensors of each process may take of a GPU: 95 % of what the processes' CUDA contexts leave.
    static func share(of memory: ByteCount, processes: Int) -> ByteCount {
        let contexts = UInt64(processes) * contextBytes
        return ByteCount((max(memory.bytes, contexts) - contexts) / UInt64(processes) / 20 * 19)
    }

    /// CUDA's own memory in a process, with its libraries' kernels: 0.5 GiB on an H100.
    private static let contextBytes: UInt64 = 768 << 20

    /// Number of threads that make batches for a device whose computing threads are so many.
    func loaderThreads(for device: Device, threads: Int) -> Int {
        loaderThreads ?? (device == .cpu ? 1 : max(1, min(threads - 1, Self.mostLoaderThreads)))
    }

    private static let mostLoaderThreads = 12

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        faultsOfCounts([("threads", threads), ("loaderThreads", loaderThreads)])
    }

    /// Sets threads, memory limit and seed of this process.
    ///
    /// - Returns: The devices that were asked for; of those that are found by themselves, a single training takes the
    ///   first.
    public func apply(seed: UInt64) throws -> [Device] {
        let devices: [Device]
        do {
            devices = try Device.parse(device)
        } catch {
            throw OptionFaults(error.description)
        }
        // Before the first use of a GPU, which takes its budget over.
        var host = self
        for device in devices where device != .cpu {
            try TensorMemory.setBudget(limit(on: device), on: device)
            host.memoryLimit = nil
        }
        try host.applyToHost()
        try Device.seed(seed)
        return devices
    }

    /// The devices among which a single training divides its batches: those that are named, or the first that is found.
    func devices(ofOneTraining devices: [Device]) -> [Device] {
        device == "auto" ? [devices[0]] : devices
    }

    /// Sets threads and the memory limit of the CPU's tensors in this process.
    public func applyToHost() throws {
        try Libtorch.load()
        if let limit = CPU.unknownInstructionLimit {
            throw OptionFaults(
                "SEGNAS3D_CPU_ISA is '\(limit)', and must be default, avx2 or avx512, or not be set"
            )
        }
        // The forward and the backward pass run on two threads with a team each; watches take two more.
        try ProcessLimits.checkThreads(2 * threadCount + 2 + (loaderThreads ?? 1))
        try CPU.setThreads(threadCount)
        try TensorMemory.setBudget(limit)
    }
}

internal import FoundationEssentials
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The workers of a search: their devices, and the share of threads and memory of each.
struct WorkerPool {
    /// Slots such as `cuda:1/0` or `cuda:0,1,2/0`: a worker's devices, and its index on them; on a cluster `slurm/3`.
    let slots: [String]
    /// The devices on which trainings run that are not trials: those of the first worker of this machine.
    let devices: [Device]
    /// The devices of a worker, which are a job's on a cluster.
    let workerDevices: [Device]
    /// Threads of each worker: together they use each core once.
    ///
    /// On a cluster they are as many as a job has cores, and as this process has where that is not known.
    let threads: Int
    private let workers: WorkerOptions
    /// Workers that share a device.
    private let sharing: Int
    /// The value of `CUDA_VISIBLE_DEVICES`, split.
    private let visible: [String]

    /// Divides devices into groups of as many as a training takes; workers take the groups in turn.
    ///
    /// - Throws: ``OptionFaults`` if that leaves devices over, or has none.
    init(
        _ conditions: TrainingConditions, devices: [Device],
        visible: String? = ProcessInfo.processInfo.environment[Self.variable]
    ) throws {
        self.visible = visible.map { Self.names(in: $0) } ?? []
        workers = conditions.workers
        let size = workers.devicesOfTrial
        if let slurm = workers.slurm {
            slots = (0..<slurm.jobCount).map { "slurm/\($0)" }
            threads = slurm.cores ?? conditions.machine.threadCount
            // A job sees its own devices alone.
            workerDevices = (0..<size).map { slurm.hasGPU ? .cuda($0) : .cpu }
            self.devices = Array(devices.prefix(size))
            sharing = 1
            return
        }
        let groups = try Self.groups(
            of: Self.withSlices(devices, conditions, self.visible), by: size)
        self.devices = groups[0]
        workerDevices = groups[0]
        let count = workers.count ?? groups.count
        slots = (0..<count).map {
            "\(Device.text(naming: groups[$0 % groups.count]))/\($0 / groups.count)"
        }
        threads = max(1, conditions.machine.threadCount / count)
        // On the CPU all workers share the memory, on GPUs those of each.
        sharing = groups[0][0] == .cpu ? count : (count + groups.count - 1) / groups.count
    }

    private static func groups(of devices: [Device], by size: Int) throws -> [[Device]] {
        guard devices.count.isMultiple(of: size) else {
            let all = counted(devices.count, "device")
            let remedy =
                devices.count > size
                ? "give `device` with \(devices.count / size * size) of them"
                : "give `device` with as many, such as cuda:0,1, or fewer `devicesPerTrial`"
            throw OptionFaults(
                "\(all) (\(Device.text(naming: devices))) cannot be divided into groups of "
                    + "`devicesPerTrial` \(size): \(remedy)")
        }
        return stride(from: 0, to: devices.count, by: size).map { Array(devices[$0..<$0 + size]) }
    }

    func options(_ memoryLimit: ByteCount) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = slots
        options.trialTimeout = workers.trialTimeout
        if let hangTimeout = workers.hangTimeout { options.minHangTimeout = hangTimeout }
        options.memoryLimit = memoryLimit.bytes
        if workers.slurm != nil { options.suitCluster() }
        return options
    }

    // MARK: - Memory

    /// Memory limit of one training: the given one, the recorded one, or a share of what the device has; on a cluster
    /// what a job's memory has room for, or without that a job with the memory of this machine.
    ///
    /// - Throws: ``TorchError`` if a GPU's driver does not describe it, ``OptionFaults`` if those of a cluster are not
    ///   known.
    func memoryLimit(
        _ machine: MachineOptions, begun: RecordedConditions?
    ) throws -> ByteCount {
        if let limit = machine.memoryLimit ?? begun?.memoryLimit { return limit }
        guard let slurm = workers.slurm else {
            return try machine.limit(on: devices[0], sharedBy: sharing)
        }
        guard workerDevices[0] == .cpu else {
            throw OptionFaults(
                "jobs on GPUs need `memoryLimit`, as this machine does not know theirs: give what their tensors may "
                    + "take of a GPU, such as 70GiB of 80")
        }
        // Where nothing is known of the nodes, jobs get no more memory than this machine has.
        return SlurmLauncher.tensors(in: slurm.memory ?? machine.limit)
    }

    // MARK: - Starting workers

    /// What starts the workers of a study.
    func launcher(for study: StudyFolder, memoryLimit: ByteCount) -> any Launcher {
        if let slurm = slurm(study, memoryLimit) { return slurm }
        return LocalLauncher(environment: environment) { order in
            TrialWorker(isolated(order), threads: threads).arguments
        }
    }

    /// Refuses what a cluster would refuse of every job.
    func check(for study: StudyFolder, memoryLimit: ByteCount) throws {
        try slurm(study, memoryLimit)?.check()
    }

    /// True if trainings are jobs of a cluster, and this machine trains nothing.
    var isCluster: Bool { workers.slurm != nil }

    /// What starts the jobs of an errand on a cluster, whose queue is asked for all errands at once.
    func errandLauncher(
        for path: String, memoryLimit: ByteCount, queue: SlurmQueue
    ) -> any Launcher {
        guard let launcher = slurm(StudyFolder(path), memoryLimit, queue: queue, isErrand: true)
        else {
            preconditionFailure("errands are for clusters")
        }
        return launcher
    }

    private func slurm(
        _ study: StudyFolder, _ memoryLimit: ByteCount, queue: SlurmQueue = SlurmQueue(),
        isErrand: Bool = false
    ) -> SlurmLauncher? {
        guard let slurm = workers.slurm else { return nil }
        return SlurmLauncher(
            study: study, options: slurm,
            // On a GPU, tensors are not in the memory of the job.
            maxMemory: workerDevices[0] == .cpu
                ? SlurmLauncher.memory(ofTensors: memoryLimit) : nil,
            queue: queue
        ) { order in
            var order = order
            order.slot = "\(Device.text(naming: workerDevices))/0"
            return isErrand
                ? ErrandWorker(order, threads: slurm.cores).arguments
                : TrialWorker(order, threads: slurm.cores).arguments
        }
    }

    // MARK: - Its own GPUs for each worker

    /// What CUDA takes the GPUs of a process from: indices, or identifiers of GPUs or of their slices.
    private static let variable = "CUDA_VISIBLE_DEVICES"

    private static func names(in visible: String) -> [String] {
        visible.split(separator: ",").map { name in
            String(name.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
        }
    }

    /// The devices, or the slices of GPUs (MIG) that are visible.
    ///
    /// CUDA shows a process the first slice alone, so that a training cannot have several.
    private static func withSlices(
        _ devices: [Device], _ conditions: TrainingConditions, _ visible: [String]
    ) -> [Device] {
        let machine = conditions.machine
        guard devices == [.cuda(0)], conditions.workers.devicesOfTrial == 1,
            machine.device == "auto", visible.count > 1,
            visible.allSatisfy({ $0.hasPrefix("MIG-") })
        else { return devices }
        return visible.indices.map { .cuda($0) }
    }

    /// What the environment of a worker has besides that of this process: the GPUs of its slot are the only ones that
    /// it sees.
    ///
    /// It keeps a worker's context off other GPUs, and reaches slices (MIG), of which CUDA shows a process one.
    func environment(of order: LaunchOrder) -> [String: String] {
        let indices = gpus(of: order)
        guard !indices.isEmpty else { return [:] }
        let names = indices.map { visible.indices.contains($0) ? visible[$0] : "\($0)" }
        return [Self.variable: names.joined(separator: ",")]
    }

    /// The order as its worker sees it: its GPUs are counted from 0.
    func isolated(_ order: LaunchOrder) -> LaunchOrder {
        let devices = gpus(of: order).indices.map { Device.cuda($0) }
        guard !devices.isEmpty else { return order }
        var order = order
        order.slot = Device.text(naming: devices) + order.slot.drop { $0 != "/" }
        return order
    }

    /// The indices of the GPUs of a slot; none on the CPU.
    private func gpus(of order: LaunchOrder) -> [Int] {
        let devices = order.slot.prefix { $0 != "/" }
        guard devices.hasPrefix("cuda:") else { return [] }
        return devices.dropFirst("cuda:".count).split(separator: ",").compactMap { Int($0) }
    }
}

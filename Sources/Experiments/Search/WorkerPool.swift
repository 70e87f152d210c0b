internal import FoundationEssentials
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The workers of a search: their devices, and the share of threads and memory of each.
struct WorkerPool {
    /// Slots such as `cuda:1/0`: a device, and the index of a worker on it.
    let slots: [String]
    /// Threads of each worker: together they use each core once.
    let threads: Int
    private let workers: WorkerOptions
    private let devices: [Device]
    /// The value of `CUDA_VISIBLE_DEVICES`, split.
    private let visible: [String]

    init(
        _ conditions: TrainingConditions, devices: [Device],
        visible: String? = ProcessInfo.processInfo.environment[Self.variable]
    ) {
        self.visible = visible.map { Self.names(in: $0) } ?? []
        workers = conditions.workers
        self.devices = Self.withSlices(devices, conditions.machine, self.visible)
        let (count, places) = (workers.count ?? self.devices.count, self.devices)
        slots = (0..<count).map { "\(places[$0 % places.count])/\($0 / places.count)" }
        threads = max(1, conditions.machine.threadCount / count)
    }

    /// What CUDA takes the GPUs of a process from: indices, or identifiers of GPUs or of their slices.
    private static let variable = "CUDA_VISIBLE_DEVICES"

    private static func names(in visible: String) -> [String] {
        visible.split(separator: ",").map { name in
            String(name.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
        }
    }

    /// The devices, or the slices of GPUs (MIG) that are visible: CUDA shows a process the first of them alone.
    private static func withSlices(
        _ devices: [Device], _ machine: MachineOptions, _ visible: [String]
    ) -> [Device] {
        guard devices == [.cuda(0)], machine.device == "auto", visible.count > 1,
            visible.allSatisfy({ $0.hasPrefix("MIG-") })
        else { return devices }
        return visible.indices.map { .cuda($0) }
    }

    // MARK: - Memory

    /// Memory limit of one training: the given one, the recorded one, or a share of what the device has.
    ///
    /// - Throws: ``TorchError`` if a GPU's driver does not describe it.
    func memoryLimit(
        _ machine: MachineOptions, begun: RecordedConditions?
    ) throws(TorchError) -> ByteCount {
        if let limit = machine.memoryLimit ?? begun?.memoryLimit { return limit }
        let device = devices[0]
        // On the CPU all workers share the memory, on GPUs those of each.
        let sharing =
            device == .cpu
            ? slots.count : (slots.count + devices.count - 1) / devices.count
        return try machine.limit(on: device, sharedBy: sharing)
    }

    func options(_ memoryLimit: ByteCount) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = slots
        options.trialTimeout = workers.trialTimeout
        if let hangTimeout = workers.hangTimeout { options.minHangTimeout = hangTimeout }
        options.memoryLimit = memoryLimit.bytes
        return options
    }

    // MARK: - One GPU for each worker

    /// What the environment of a worker has besides that of this process: the GPU of its slot is the only one that it
    /// sees.
    ///
    /// It keeps a worker's context off other GPUs, and reaches slices (MIG), of which CUDA shows a process one.
    func environment(of order: LaunchOrder) -> [String: String] {
        guard let index = gpu(of: order) else { return [:] }
        return [Self.variable: visible.indices.contains(index) ? visible[index] : "\(index)"]
    }

    /// The order as its worker sees it: the only GPU there is `cuda:0`.
    func isolated(_ order: LaunchOrder) -> LaunchOrder {
        guard gpu(of: order) != nil else { return order }
        var order = order
        order.slot = "\(Device.cuda(0))" + order.slot.drop { $0 != "/" }
        return order
    }

    /// The index of the GPU of a slot; nil on the CPU.
    private func gpu(of order: LaunchOrder) -> Int? {
        let device = order.slot.prefix { $0 != "/" }
        return device.hasPrefix("cuda:") ? Int(device.dropFirst("cuda:".count)) : nil
    }
}

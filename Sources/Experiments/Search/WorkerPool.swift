internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// How many workers there are, where they compute, and what each may use.
struct WorkerPool {
    /// Such as `cuda:1/0`: a device, and which of its workers.
    let slots: [String]
    /// Of each worker: together they take the cores once.
    let threads: Int
    private let workers: WorkerOptions

    init(_ conditions: TrainingConditions, devices: [Device]) {
        workers = conditions.workers
        let count = workers.count ?? devices.count
        slots = (0..<count).map { "\(devices[$0 % devices.count])/\($0 / devices.count)" }
        threads = max(1, conditions.machine.threadCount / count)
    }

    /// The tensors' memory of one training: as asked for, as recorded when it was begun, or a share of what there is.
    func memoryLimit(_ machine: MachineOptions, begun: RecordedConditions?) -> ByteCount {
        machine.memoryLimit ?? begun?.memoryLimit
            ?? ByteCount(machine.limit.bytes / UInt64(slots.count))
    }

    func options(_ memoryLimit: ByteCount) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = slots
        options.trialTimeout = workers.trialTimeout
        if let hangTimeout = workers.hangTimeout { options.minHangTimeout = hangTimeout }
        options.memoryLimit = memoryLimit.bytes
        return options
    }
}

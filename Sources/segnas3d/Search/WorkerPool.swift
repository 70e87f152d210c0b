internal import Host
internal import Study
internal import Torch

/// How many workers there are, where they compute, and what each may use.
struct WorkerPool {
    /// Such as `cuda:1/0`: a device, and which of its workers.
    let slots: [String]
    /// Of each worker: together they take the cores once.
    let threads: Int
    private let trialTimeout: Double?
    private let hangTimeout: Double?

    init(_ arguments: some TrainingSettings, devices: [Device]) {
        let count = arguments.sampling.workers ?? devices.count
        slots = (0..<count).map { "\(devices[$0 % devices.count])/\($0 / devices.count)" }
        threads = max(1, arguments.compute.host.threadCount / count)
        trialTimeout = arguments.sampling.trialTimeout?.seconds
        hangTimeout = arguments.sampling.hangTimeout?.seconds
    }

    func options(_ memoryLimit: ByteCount) -> CoordinatorOptions {
        var options = CoordinatorOptions()
        options.slots = slots
        options.trialTimeout = trialTimeout
        if let hangTimeout { options.leastHang = hangTimeout }
        options.memoryLimit = memoryLimit.bytes
        return options
    }
}

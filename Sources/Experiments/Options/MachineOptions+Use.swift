public import SegNASHost
public import SegNASSegmentation
public import SegNASTorch

extension MachineOptions {
    /// Threads of the CPU.
    public var threadCount: Int { threads ?? ThreadEnvironment.current.threads }

    /// Memory of tensors.
    public var limit: ByteCount {
        memoryLimit ?? ByteCount(HostResources.current().available.bytes / 10 * 9)
    }

    /// What is wrong with them, a sentence each.
    public var faults: [String] { faultsOfCounts([("threads", threads)]) }

    /// Sets threads, memory and random numbers of this process.
    ///
    /// - Returns: The devices that were asked for, the first of which a single training takes.
    public func apply(seed: UInt64) throws -> [Device] {
        let devices: [Device]
        do {
            devices = try Device.parse(device)
        } catch {
            throw OptionFaults(error.description)
        }
        try applyToHost()
        try Device.seed(seed)
        return devices
    }

    /// Sets threads and memory of this process.
    public func applyToHost() throws {
        try Libtorch.load()
        if let limit = CPU.unknownInstructionLimit {
            throw OptionFaults(
                "SEGNAS3D_CPU_ISA is '\(limit)', and must be default, avx2 or avx512, or not be set"
            )
        }
        // A network's forward and backward pass run on two threads with a team each; batches and watches take three more.
        try ProcessLimits.checkThreads(2 * threadCount + 3)
        try CPU.setThreads(threadCount)
        TensorMemory.setBudget(limit)
    }
}

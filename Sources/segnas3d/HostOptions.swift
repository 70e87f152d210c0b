internal import ArgumentParser
internal import Host
internal import Torch

/// How much of the host a subcommand may use.
struct HostOptions: ParsableArguments {
    @Option(
        help: """
            Threads of the CPU; by default as OMP_NUM_THREADS says, else one for each core that this process may use.
            """)
    var threads: Int?

    @Option(
        help: """
            Memory of tensors, as 16GiB, in a search that of each trial; by default 90 % of what is available.
            """)
    var memoryLimit: ByteCount?

    func validate() throws {
        if let threads, threads < 1 {
            throw ValidationError("--threads must be at least 1, and \(threads) is given")
        }
    }

    var limit: ByteCount {
        memoryLimit ?? ByteCount(HostResources.current().available.bytes / 10 * 9)
    }

    var threadCount: Int { threads ?? ThreadEnvironment.current.threads }

    func apply() throws {
        try Libtorch.load()
        if let limit = CPU.unknownInstructionLimit {
            throw ValidationError(
                "SEGNAS3D_CPU_ISA is '\(limit)', and must be default, avx2 or avx512, or not be set"
            )
        }
        // A network's forward and backward pass run on two threads with a team each; batches and watches take three more.
        try ProcessLimits.checkThreads(2 * threadCount + 3)
        try CPU.setThreads(threadCount)
        TensorMemory.setBudget(limit)
    }
}

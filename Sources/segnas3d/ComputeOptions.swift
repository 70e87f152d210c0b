internal import ArgumentParser
internal import Torch

/// Where and how a subcommand computes: the options that all of them share.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Where to compute: auto, cpu, cuda:0, or several GPUs as cuda:0,1.")
    var device = "auto"

    @Option(help: "Type of activations: auto, float32 or bfloat16.")
    var precision = Precision.auto

    @Option(help: "Threads of the CPU; by default one for each core that this process may use.")
    var threads: Int?

    @Option(help: "Memory of tensors, as 16GiB; by default 90 % of what is available.")
    var memoryLimit: ByteCount?

    @Option(help: "Seed of all random numbers.")
    var seed: UInt64 = 0

    func validate() throws {
        if let threads, threads < 1 {
            throw ValidationError("--threads must be at least 1, and \(threads) is given")
        }
    }

    /// The devices that were asked for, after threads, memory and random numbers have been set.
    func apply() throws -> [Device] {
        let devices: [Device]
        do {
            devices = try Device.parse(device)
        } catch {
            throw ValidationError(error.description)
        }
        try CPU.setThreads(threads ?? HostResources.current().cores)
        TensorMemory.setBudget(
            memoryLimit ?? ByteCount(HostResources.current().available.bytes / 10 * 9))
        try Device.seed(seed)
        return devices
    }
}

internal import ArgumentParser
internal import Torch

/// Where and how a subcommand computes: the options that all of them share.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Where to compute: auto, cpu, cuda:0, or several GPUs as cuda:0,1.")
    var device = "auto"

    @Option(help: "Type of activations: auto, float32 or bfloat16.")
    var precision = Precision.auto

    @OptionGroup var host: HostOptions

    @Option(help: "Seed of all random numbers.")
    var seed: UInt64 = 0

    /// The devices that were asked for, after threads, memory and random numbers have been set.
    func apply() throws -> [Device] {
        let devices: [Device]
        do {
            devices = try Device.parse(device)
        } catch {
            throw ValidationError(error.description)
        }
        try host.apply()
        try Device.seed(seed)
        if device == "auto", devices == [.cpu] { sayWhyNotOnGPU() }
        return devices
    }

    /// Hours on a CPU that were meant for a GPU are not spent without a word.
    private func sayWhyNotOnGPU() {
        guard let obstacle = GraphicsObstacle.ofThisMachine() else { return }
        var standardError = StandardError()
        print("Note: on the CPU: \(obstacle.problem);\n  → \(obstacle.remedy)", to: &standardError)
    }
}

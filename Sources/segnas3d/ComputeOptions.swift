internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASSegmentation
internal import SegNASTorch

/// Where and how a subcommand computes: the options that all of them share.
struct ComputeOptions: ParsableArguments {
    @Option(
        help:
            "Where to compute: auto, which is the default, cpu, cuda:0, or several GPUs as cuda:0,1."
    )
    var device: String?

    @Option(help: "Type of activations; by default auto.")
    var precision: Precision?

    @OptionGroup var host: HostOptions

    @Option(help: "Seed of all random numbers; by default 0.")
    var seed: UInt64?

    /// As options of the library: what is not given is as by default.
    var machine: MachineOptions {
        var machine = MachineOptions()
        apply(to: &machine)
        return machine
    }

    /// Takes what is given.
    func apply(to machine: inout MachineOptions) {
        if let device { machine.device = device }
        if let threads = host.threads { machine.threads = threads }
        if let limit = host.memoryLimit { machine.memoryLimit = limit }
    }

    /// Takes what is given.
    func apply(to training: inout TrainingOptions) {
        if let precision { training.precision = precision }
        if let seed { training.seed = seed }
    }

    /// The devices that were asked for, after threads, memory and random numbers have been set.
    func start() throws -> [Device] {
        let devices = try machine.apply(seed: seed ?? 0)
        GraphicsObstacle.tell(devices, isChosen: machine.device == "auto")
        return devices
    }
}

extension GraphicsObstacle {
    /// Hours on a CPU that were meant for a GPU are not spent without a word.
    static func tell(_ devices: [Device], isChosen: Bool) {
        guard isChosen, devices == [.cpu], let obstacle = ofThisMachine() else { return }
        var standardError = StandardError()
        print("Note: on the CPU: \(obstacle.problem);\n  → \(obstacle.remedy)", to: &standardError)
    }
}

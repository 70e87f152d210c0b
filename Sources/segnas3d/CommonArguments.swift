public import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
public import SegNASImaging
internal import SegNASSegmentation
internal import SegNASTorch

/// How a long command tells what it does and what came of it.
struct DisplayOptions: ParsableArguments {
    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false
}

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
        let faults = machine.faults
        guard faults.isEmpty else {
            throw ValidationError(Flags.spelled(in: faults.joined(separator: "\n")))
        }
    }

    /// As options of the library.
    var machine: MachineOptions { MachineOptions(threads: threads, memoryLimit: memoryLimit) }
}

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

/// Which DICOM series of a folder is read.
struct SeriesOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of folders that hold several DICOM series, read this one: its Series Number or UID.",
            valueName: "number|uid"))
    var series: DICOMSelection?
}

extension DICOMSelection: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}

/// Faults of a dataset with which to go on knowingly: the same for all commands that check it.
struct AllowanceArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Go on with faults of this kind, which are warnings then; may be repeated. Kinds: \(Self.kinds).
            """, valueName: "kind"), transform: Self.kind)
    var allow: [AllowableFault] = []

    var kinds: Set<AllowableFault> { Set(allow) }

    private static let kinds = AllowableFault.allCases.map(\.rawValue).joined(separator: ", ")

    private static func kind(_ text: String) throws -> AllowableFault {
        guard let kind = AllowableFault(rawValue: text) else {
            throw ValidationError(
                """
                '\(text)' cannot be allowed. These kinds can: \(kinds). With any other fault training is impossible
                """)
        }
        return kind
    }
}

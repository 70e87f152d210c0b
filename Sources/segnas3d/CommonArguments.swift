public import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
public import SegNASImaging
internal import SegNASSegmentation
internal import SegNASTorch

/// Arguments for the output of long commands.
struct DisplayArguments: ParsableArguments {
    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Show no progress; warnings are shown.")
    var quiet = false
}

/// Arguments that limit the threads and memory of a subcommand.
struct HostArguments: ParsableArguments {
    @Option(
        help: """
            CPU threads; by default OMP_NUM_THREADS, or else one for each core that this process may use.
            """)
    var threads: Int?

    @Option(
        help: """
            Memory for tensors, such as 16GiB (in a search, for each trial); by default 90 % of what is available.
            """)
    var memoryLimit: ByteCount?

    func validate() throws {
        let faults = machine.faults
        guard faults.isEmpty else {
            throw ValidationError(Flags.spelled(in: faults.joined(separator: "\n")))
        }
    }

    /// The library's options.
    var machine: MachineOptions { MachineOptions(threads: threads, memoryLimit: memoryLimit) }
}

/// Arguments for device, precision, threads, memory and seed, which all computing subcommands share.
struct ComputeArguments: ParsableArguments {
    @Option(
        help: """
            Device: auto, which is the default, cpu, cuda:0, or several GPUs such as cuda:0,1, among which train \
            divides each batch.
            """)
    var device: String?

    @Option(help: "Type of activations; auto by default.")
    var precision: Precision?

    @OptionGroup var host: HostArguments

    @Option(help: "Seed of all random numbers; by default 0.")
    var seed: UInt64?

    /// The library's options; those that were not given have their defaults.
    var machine: MachineOptions {
        var machine = MachineOptions()
        apply(to: &machine)
        return machine
    }

    /// Applies the options that were given.
    func apply(to machine: inout MachineOptions) {
        if let device { machine.device = device }
        if let threads = host.threads { machine.threads = threads }
        if let limit = host.memoryLimit { machine.memoryLimit = limit }
    }

    /// Applies the options that were given.
    func apply(to training: inout TrainingOptions) {
        if let precision { training.precision = precision }
        if let seed { training.seed = seed }
    }

    /// Sets threads, memory limit and seed.
    ///
    /// - Returns: The devices that were asked for.
    func start() throws -> [Device] {
        let devices = try machine.apply(seed: seed ?? 0)
        GraphicsObstacle.warn(devices, isChosen: machine.device == "auto")
        return devices
    }
}

/// The argument that chooses a DICOM series in a folder with several.
struct SeriesArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Series Number or UID of the DICOM series to read from folders that hold several.",
            valueName: "number|uid"))
    var series: DICOMSelection?
}

extension DICOMSelection: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}

/// The argument that allows faults of a dataset, for all commands that check one.
struct AllowanceArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Treat faults of this kind as warnings and go on; may be repeated. Kinds: \(Self.kinds).
            """, valueName: "kind"), transform: Self.kind)
    var allow: [AllowableFault] = []

    var kinds: Set<AllowableFault> { Set(allow) }

    private static let kinds = AllowableFault.allCases.map(\.rawValue).joined(separator: ", ")

    private static func kind(_ text: String) throws -> AllowableFault {
        guard let kind = AllowableFault(rawValue: text) else {
            throw ValidationError(
                """
                '\(text)' cannot be allowed. These kinds can: \(kinds). Any other fault makes training impossible
                """)
        }
        return kind
    }
}

/// Arguments for reading and checking all cases of a dataset.
struct CheckArguments: ParsableArguments {
    @Argument(help: "A dataset's folder, or a datalist (.json).")
    var dataset: String

    @Option(
        help: "Cases to read in parallel; by default one for each core that this process may use.")
    var threads: Int?

    @OptionGroup var allowance: AllowanceArguments

    @OptionGroup var display: DisplayArguments

    func validate() throws {
        if let threads, threads < 1 {
            throw ValidationError("--threads must be at least 1, and \(threads) is given")
        }
    }

    var threadCount: Int { threads ?? ThreadEnvironment.current.threads }

    /// Checks the dataset, and shows how far that has got.
    func check() -> DatasetCheck {
        let progress = Progress("Checking", isQuiet: display.quiet)
        defer { progress.finish() }
        return DatasetCheck(contentsOf: dataset, threads: threadCount) {
            progress.advance(of: $0)
        }.allowing(allowance.kinds)
    }
}

internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

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

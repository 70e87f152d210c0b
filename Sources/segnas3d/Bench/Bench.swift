internal import ArgumentParser

/// `segnas3d bench`: what this machine does with standard workloads.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure standard workloads on this machine.",
        discussion: """
            memory: the peak memory of a training step, predicted and measured, for 40 networks of \
            the paper's search space. Takes minutes.
            nifti-read: seconds to read a .nii.gz file into memory.
            augment: seconds to rotate, shift and scale an image and its label map.
            """)

    enum Workload: String, CaseIterable, ExpressibleByArgument {
        case memory
        case niftiRead = "nifti-read"
        case augment
    }

    @OptionGroup var host: HostOptions

    @OptionGroup var inputs: BenchInputs

    @Flag(help: "Print one JSON object a line instead of text.")
    var json = false

    @Argument(help: "Which workloads to run; all of them by default.")
    var workloads: [Workload] = Workload.allCases

    func run() throws {
        try host.apply()
        for workload in workloads {
            switch workload {
            case .memory: try MemoryBench(json: json, limit: host.limit).run()
            case .niftiRead: try NIfTIReadBench(json: json, files: inputs.images).run()
            case .augment: try AugmentBench(json: json, size: inputs.size).run()
            }
        }
    }
}

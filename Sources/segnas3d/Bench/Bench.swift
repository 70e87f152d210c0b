internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASTorch

/// `segnas3d bench`: what this machine does with standard workloads.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure standard workloads on this machine.",
        discussion: """
            memory: the peak memory of a training step, predicted and measured, for 40 networks of \
            the paper's search space. Takes minutes.
            train-step, inference: seconds and memory of a training step and of a prediction, of the \
            network {2,0,2} with p 3 for one image. For the memory, run one workload alone.
            nifti-read: seconds to read a .nii.gz file into memory.
            augment: seconds to rotate, shift and scale an image and its label map.
            metrics: seconds to compare two label maps, and how well they agree.
            prepare: seconds and memory to prepare the cases of --dataset at --size, and what that \
            alone costs: the Dice of prepared labels taken back to the original grid.
            study: seconds to open a study of --trials recorded trials, propose the next and tell how far it is.
            restore: seconds and memory to take the scores of --classes from a quarter of --size to all of it.
            shared-machine: seconds of a whole training alone, beside another, and beside a busy loop on each core.
            """)

    enum Workload: String, CaseIterable, ExpressibleByArgument {
        case memory
        case trainStep = "train-step"
        case inference
        case niftiRead = "nifti-read"
        case augment
        case metrics
        case prepare
        case restore
        case study
        case sharedMachine = "shared-machine"
    }

    @OptionGroup var host: HostOptions

    @OptionGroup var inputs: BenchInputs

    @Flag(help: "Print one JSON object a line instead of text.")
    var json = false

    @Argument(
        help: "Which workloads to run; by default all that need no dataset and no idle machine.")
    var workloads: [Workload] = Workload.allCases.filter {
        $0 != .prepare && $0 != .sharedMachine
    }

    func validate() throws {
        guard !workloads.contains(.prepare) || inputs.dataset != nil else {
            throw ValidationError("prepare needs --dataset DIR")
        }
    }

    func run() throws {
        try host.machine.applyToHost()
        for workload in workloads { try run(workload) }
    }

    private var network: NetworkBench {
        NetworkBench(
            json: json, size: inputs.size?.width ?? 64, n: inputs.n,
            precision: inputs.precision)
    }

    private func run(_ workload: Workload) throws {
        switch workload {
        case .memory: try MemoryBench(json: json, limit: host.machine.limit).run()
        case .trainStep: try network.trainStep()
        case .inference: try network.inference()
        case .niftiRead: try NIfTIReadBench(json: json, files: inputs.images).run()
        case .augment: try AugmentBench(json: json, size: inputs.size?.width ?? 128).run()
        case .metrics:
            try MetricsBench(
                json: json, threads: host.machine.threadCount, files: inputs.labelMaps,
                classes: inputs.classes
            ).run()
        case .restore:
            try RestoreBench(
                json: json, size: inputs.size ?? 256, classes: min(inputs.classes, 256),
                threads: host.machine.threadCount
            ).run()
        case .study: try StudyBench(json: json, trials: inputs.trials).run()
        case .sharedMachine:
            try SharedMachineBench(
                json: json, threads: host.machine.threadCount, size: inputs.size?.width ?? 32
            ).run()
        case .prepare: try PrepareBench(inputs, json: json, threads: host.machine.threadCount).run()
        }
    }
}

/// What a workload measures, where it is the user's choice.
struct BenchInputs: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "For nifti-read: a file to read, instead of a generated one; may be repeated.",
            valueName: "file"))
    var images: [String] = []

    @Option(
        help: ArgumentHelp(
            "For metrics: a label map, instead of a generated pair.", valueName: "file"))
    var reference: String?

    @Option(
        help: ArgumentHelp(
            "For metrics: the label map that is compared with the reference.", valueName: "file"))
    var prediction: String?

    @Option(help: "For metrics and restore: labels, the background included.")
    var classes = 20

    @Option(help: ArgumentHelp("For prepare: a dataset's folder.", valueName: "folder"))
    var dataset: String?

    @Option(
        help: """
            For prepare: voxels to prepare to, 64 by default, or x, y and z as in 48x64x32. For \
            augment: voxels along each axis, 128 by default. For train-step and inference: likewise, \
            64 by default. For restore: the image's, 256 by default. For shared-machine: 32 by default.
            """)
    var size: Extent?

    @Option(
        help: "For prepare: resize images to the size, or pad them with their voxels as they are.")
    var fit = PreparationOptions.Fit.resize

    @Option(help: "For study: recorded trials.")
    var trials = 5000

    @Option(help: "For train-step and inference: channels of the network's first block.")
    var n = 16

    @Option(help: "For train-step and inference: type of activations: auto, float32 or bfloat16.")
    var precision = Precision.auto

    func validate() throws {
        guard (reference == nil) == (prediction == nil) else {
            throw ValidationError("--reference and --prediction belong together")
        }
        guard trials >= 1 else {
            throw ValidationError("--trials must be at least 1, and \(trials) is given")
        }
        guard (2...65536).contains(classes) else {
            throw ValidationError("--classes must be 2 to 65536, and \(classes) is given")
        }
    }

    /// The reference and the prediction, where they are given.
    var labelMaps: (reference: String, prediction: String)? {
        guard let reference, let prediction else { return nil }
        return (reference, prediction)
    }
}

/// How workloads measure and print: the least seconds of several repetitions, the keys of which are those of the scripts
/// that measure other tools.
struct Measurement: Encodable {
    let schema = 1
    var workload: String
    let peer = "segnas3d"
    /// Voxels along an axis, where the workload has such a size.
    var size: Int?
    /// Channels of a network's first block, its parameters, and the type of its activations.
    var n: Int?
    var parameters: Int?
    var precision: String?
    var file: String?
    var metric: String?
    var shape: [Int]?
    var seconds: Double
    /// The process's resident memory at its largest.
    var peakBytes: UInt64?
    /// Null where one is not defined.
    var values: [Double?]?

    /// Prints a line: JSON, or text.
    func show(json: Bool) throws {
        if json {
            print(try JSONDocument.text(of: self, .line))
        } else {
            let what = [file, metric, size.map { "\($0)³" }, precision]
                .compactMap { $0 }
            let peak = peakBytes.map { ", process at most \(ByteCount($0))" } ?? ""
            print("\(workload) \(what.joined(separator: " ")): \(seconds * 1000) ms\(peak)")
        }
        fflush(nil)
    }
}

internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// `segnas3d bench`: measures standard workloads on this machine.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure standard workloads on this machine.",
        discussion: """
            memory: the peak memory of a training step, predicted and measured, for 40 networks of \
            the paper's search space. Takes minutes.
            train-step, inference: seconds and memory of a training step and of a prediction, for the \
            network {2,0,2} with p 3, on --device and with --batch images. For the process's memory, run one \
            workload alone.
            nifti-read: seconds to read a .nii.gz file into memory.
            augment: seconds to rotate, shift and scale an image and its label map.
            metrics: seconds to compare two label maps, and how well they agree.
            prepare: seconds and memory to prepare the cases of --dataset at --size, and what preparation \
            alone costs: the Dice of prepared labels taken back to the original grid.
            predict: seconds and memory to predict an image of --size tile by tile of --patch, with \
            --classes and the network of inference, and with none.
            study: seconds to open a study of --trials recorded trials, propose the next one, also by a model, and \
            read its status.
            cluster: what the coordinator takes of a core, and how busy it keeps a simulated Slurm cluster of --slots \
            with --trials trainings. Takes minutes.
            restore: seconds and memory to take the scores of --classes from a quarter of --size to all of it.
            shared-machine: seconds of a whole training alone, beside another, and beside a busy loop on each core.
            search: the Dice that samplers lose to the best network, on random landscapes or on --curves, at \
            several budgets. It measures samplers, not this machine, and takes minutes.
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
        case predict
        case study
        case sharedMachine = "shared-machine"
        case search
        case cluster
    }

    @OptionGroup var host: HostArguments

    @OptionGroup var inputs: BenchArguments

    @OptionGroup var searches: SearchBenchArguments

    @Flag(help: "Print one line of JSON for each result instead of text.")
    var json = false

    @Argument(
        help: """
            Workloads to run; by default all that measure this machine and need neither a dataset nor an idle one.
            """)
    var workloads: [Workload] = Workload.allCases.filter {
        ![.prepare, .predict, .sharedMachine, .search, .cluster].contains($0)
    }

    func validate() throws {
        guard !workloads.contains(.prepare) || inputs.dataset != nil else {
            throw ValidationError("prepare needs --dataset DIR")
        }
    }

    func run() throws {
        // Samplers and coordinators need no tensors.
        guard workloads != [.search], workloads != [.cluster] else {
            return try run(workloads[0], on: .cpu)
        }
        var machine = host.machine
        machine.device = inputs.device
        let device = try machine.apply(seed: 0)[0]
        for workload in workloads { try run(workload, on: device) }
    }

    private func network(_ device: Device) -> NetworkBench {
        NetworkBench(
            json: json, size: inputs.size?.width ?? 64, n: inputs.n,
            precision: inputs.precision, device: device, batch: inputs.batch)
    }

    private func run(_ workload: Workload, on device: Device) throws {
        switch workload {
        case .memory: try MemoryBench(json: json, limit: host.machine.limit).run()
        case .trainStep: try network(device).trainStep()
        case .inference: try network(device).inference()
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
        case .predict:
            try SlidingWindowBench(
                json: json, size: inputs.size ?? Extent(165, 200, 160), patch: inputs.patch ?? 64,
                classes: min(inputs.classes, 256), n: inputs.n, precision: inputs.precision,
                threads: host.machine.threadCount, device: device
            ).run()
        case .study: try StudyBench(json: json, trials: inputs.trials).run()
        case .cluster:
            try ClusterBench(json: json, slots: inputs.slots, trials: inputs.trials).run()
        case .sharedMachine:
            try SharedMachineBench(
                json: json, threads: host.machine.threadCount, size: inputs.size?.width ?? 32
            ).run()
        case .search:
            try SearchBench(json: json, threads: host.machine.threadCount, inputs: searches).run()
        case .prepare: try PrepareBench(inputs, json: json, threads: host.machine.threadCount).run()
        }
    }
}

/// Arguments for the inputs of the workloads.
struct BenchArguments: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "For nifti-read: a file to read, instead of a generated one; may be repeated.",
            valueName: "file"))
    var images: [String] = []

    @Option(
        help: ArgumentHelp(
            "For metrics: a reference label map, instead of a generated pair.", valueName: "file"))
    var reference: String?

    @Option(
        help: ArgumentHelp(
            "For metrics: the label map to compare with the reference.", valueName: "file"))
    var prediction: String?

    @Option(help: "For metrics, predict and restore: number of labels, including the background.")
    var classes = 20

    @Option(help: ArgumentHelp("For prepare: a dataset's folder.", valueName: "folder"))
    var dataset: String?

    @Option(
        help: """
            For prepare: voxels to prepare to, 64 by default, or x, y and z as in 48x64x32. For \
            augment: voxels along each axis, 128 by default. For train-step and inference: likewise, \
            64 by default. For restore: the image's, 256 by default. For predict: likewise, 160x200x165 by \
            default. For shared-machine: 32 by default.
            """)
    var size: Extent?

    @Option(help: "For predict: voxels of a tile, 64 by default, or x, y and z.")
    var patch: Extent?

    @Option(
        help: "For prepare: resize images to the size, or pad them and keep their voxels.")
    var fit = PreparationOptions.Fit.resize

    @Option(help: "For study and cluster: number of trials.")
    var trials = 5000

    @Option(help: "For cluster: jobs at a time.")
    var slots = 1000

    @Option(help: "For train-step, inference and predict: channels of the network's first block.")
    var n = 16

    @Option(
        help:
            "For train-step, inference and predict: type of activations: auto, float32 or bfloat16."
    )
    var precision = Precision.auto

    @Option(
        help: ArgumentHelp(
            "For train-step, inference and predict: cpu, which is the default, cuda:0 or auto.",
            valueName: "device"))
    var device = "cpu"

    @Option(help: "For train-step: images of a step.")
    var batch = 1

    func validate() throws {
        guard batch >= 1 else {
            throw ValidationError("--batch must be at least 1, and \(batch) is given")
        }
        guard (reference == nil) == (prediction == nil) else {
            throw ValidationError("--reference and --prediction belong together")
        }
        guard trials >= 1 else {
            throw ValidationError("--trials must be at least 1, and \(trials) is given")
        }
        guard slots >= 1 else {
            throw ValidationError("--slots must be at least 1, and \(slots) is given")
        }
        guard (2...65536).contains(classes) else {
            throw ValidationError("--classes must be 2 to 65536, and \(classes) is given")
        }
    }

    /// The reference and the prediction, if they are given.
    var labelMaps: (reference: String, prediction: String)? {
        guard let reference, let prediction else { return nil }
        return (reference, prediction)
    }
}

/// A measured workload: the shortest of several repetitions, under the keys that scripts for other tools use as well.
struct Measurement: Encodable {
    let schema = 1
    var workload: String
    let peer = "segnas3d"
    /// The device; nil if the workload needs none.
    var device: String?
    /// Voxels along an axis; nil if the workload has no such size.
    var size: Int?
    /// Images of a training step.
    var batch: Int?
    /// Channels of a network's first block, its parameters, and the type of its activations.
    var n: Int?
    var parameters: Int?
    var precision: String?
    var file: String?
    var metric: String?
    var shape: [Int]?
    var seconds: Double
    /// The largest resident memory of the process.
    var peakBytes: UInt64?
    /// The largest memory of tensors on the device, and what its allocator holds for them.
    var tensorBytes: UInt64?
    var reservedBytes: UInt64?
    /// Null for values that are not defined.
    var values: [Double?]?

    /// Prints a line: JSON, or text.
    func show(json: Bool) throws {
        try Bench.show(self, json: json, text: text)
    }

    private var text: String {
        let images = batch.flatMap { $0 > 1 ? "× \($0)" : nil }
        let what = [file, metric, size.map { "\($0)³" }, images, precision].compactMap { $0 }
        let place = device.flatMap { $0 == "cpu" ? nil : " on \($0)" } ?? ""
        let tensors = tensorBytes.map { ", tensors at most \(ByteCount($0))" } ?? ""
        let peak = peakBytes.map { ", process at most \(ByteCount($0))" } ?? ""
        return
            "\(workload) \(what.joined(separator: " "))\(place): \(seconds * 1000) ms\(tensors)\(peak)"
    }
}

// MARK: - Tools of the workloads

extension Bench {
    /// Prints a result at once: a line of JSON, or text.
    static func show(
        _ result: some Encodable, json: Bool, text: @autoclosure () -> String
    ) throws {
        print(json ? try JSONDocument.text(of: result, .line) : text())
        fflush(nil)
    }

    /// The seconds that a body takes.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Calls a body with a free path, and removes what it leaves there.
    static func withTemporaryPath(
        extension ending: String = "", _ body: (String) throws -> Void
    ) throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "segnas3d-\(UUID().uuidString)\(ending)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }
}

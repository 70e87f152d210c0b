internal import ArgumentParser
internal import SegNASExperiments
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
            predict: seconds and memory to predict an image of --size tile by tile of --patch, with \
            --classes and the network of inference, and with none.
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
        case predict
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
        ![.prepare, .predict, .sharedMachine].contains($0)
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
        case .predict:
            try SlidingWindowBench(
                json: json, size: inputs.size ?? Extent(165, 200, 160), patch: inputs.patch ?? 64,
                classes: min(inputs.classes, 256), n: inputs.n, precision: inputs.precision,
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

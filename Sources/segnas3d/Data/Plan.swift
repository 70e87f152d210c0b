internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// `segnas3d plan`: what to train on a dataset with, and why.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plan for a dataset: spacing, patch, network and batch, each with its reason.",
        discussion: """
            What train follows where nothing else is given. The rules are nnU-Net's; the patch is as large as the \
            memory of a training step allows. A step is measured; nothing is trained, and nothing is written but \
            what the cache keeps of the images. Exits with 3 if the dataset has faults: segnas3d check tells them all.
            """)

    @OptionGroup var reading: CheckArguments

    @Option(
        help: """
            Network to plan for: unet3d, vnet, nnunet, nnunet-resenc, an architecture's JSON file, or a study, for its \
            best network. By default a small one of the searched family.
            """)
    var network: String?

    @Option(help: "Patch to plan with, in voxels: 64, or x, y and z as in 96x96x32.")
    var patch: Extent?

    @Option(help: "Spacing to plan with, in mm: 1, or x, y and z as in 0.6x0.6x3.6.")
    var spacing: PreparationOptions.Spacing?

    @Option(
        help:
            "Memory of tensors in a training step, as 16GiB; by default 8GiB, or what is available."
    )
    var memoryLimit: ByteCount?

    func validate() throws {
        if let memoryLimit, memoryLimit.bytes == 0 {
            throw ValidationError("--memory-limit must be more than 0")
        }
        if let spacing {
            guard case .fixed = spacing else {
                throw ValidationError("--spacing of a plan is in mm, such as 1 or 0.6x0.6x3.6")
            }
        }
    }

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: reading.display.quiet)
        defer { display.finish() }
        var planner = TrainingPlanner(dataset: reading.dataset)
        planner.allowed = reading.allowance.kinds
        planner.network = .planned(
            try network.map { try PlannedNetwork(argument: $0, orStudy: true) } ?? .standard)
        planner.given.patch = patch?.xyz
        if case .fixed(let mm) = spacing { planner.given.spacing = mm }
        planner.machine = MachineOptions(
            threads: reading.threads, memoryLimit: memoryLimit)
        planner.monitor = display.monitor
        let planned = try planner.planned()
        display.monitor.report(.measuring(done: 0, all: 1))
        let step = try planned.measuredStep()
        display.finish()
        let report = PlanReport(planned, stepSeconds: step)
        print(reading.display.json ? try report.json() : report.text())
    }
}

internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// `segnas3d plan`: what to train on a dataset with, and why.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plan for a dataset: spacing, patch, poolings and batch, each with its reason.",
        discussion: """
            The rules are nnU-Net's; the patch is as large as the memory of a training step allows. Nothing is trained \
            or written. Exits with 3 if the dataset has faults: segnas3d check tells them all.
            """)

    @OptionGroup var reading: CheckArguments

    @Option(help: "Memory of tensors in a training step, as 16GiB.")
    var memoryLimit: ByteCount?

    /// As nnU-Net plans for a GPU of 8 GB.
    static let standardLimit = ByteCount(8 << 30)

    func validate() throws {
        if let memoryLimit, memoryLimit.bytes == 0 {
            throw ValidationError("--memory-limit must be more than 0")
        }
    }

    func run() throws {
        let check = reading.check()
        guard check.isSound, let found = check.dataset, let fingerprint = check.fingerprint else {
            throw DatasetError(
                source: reading.dataset, faults: check.faults.filter { $0.severity == .fault })
        }
        // Buffers of convolutions are counted by thread: those that a training would use.
        try CPU.setThreads(ThreadEnvironment.current.threads)
        let cost = try StepCost.training(
            .unet3d, channels: found.channels.count, classes: found.labels.outputCount,
            limit: memoryLimit ?? Self.standardLimit)
        let plan = try DatasetPlan(fingerprint.grids, channels: found.channels, cost: cost)
        let report = PlanReport(plan, dataset: found.name, limit: cost.limit)
        print(reading.display.json ? try report.json() : report.text())
    }
}

internal import Datasets
internal import Host
internal import Search
internal import Segmentation
internal import Torch

/// What is to be compared, after all of it has been understood and before any work.
struct ComparisonTask {
    let arguments: CompareArguments
    let folder: ComparisonFolder
    let methods: [ComparedMethod]
    let dataset: Dataset
    let devices: [Device]
    /// Of the tensors of one training.
    let memoryLimit: ByteCount
    let plan: ComparisonPlan
    /// Whether there is a comparison in the folder, which goes on.
    let isBegun: Bool

    /// The device of a training beside searches.
    var device: Device { devices[0] }
    var isOnGPU: Bool { device != .cpu }

    init(_ arguments: CompareArguments) throws {
        self.arguments = arguments
        devices = try arguments.compute.apply()
        methods = try ComparedMethod.all(arguments)
        folder = ComparisonFolder(path: arguments.output)
        let begun = try ComparisonPlan(in: folder)
        isBegun = begun != nil
        memoryLimit = arguments.memoryLimit(begun: begun?.options, devices: devices)
        plan = ComparisonPlan(
            arguments, begun: begun, device: devices[0], memoryLimit: memoryLimit)
        let differences = begun?.differences(to: plan) ?? []
        guard differences.isEmpty else { throw ComparisonError.planChanged(differences) }
        dataset = try Dataset(
            contentsOf: arguments.dataset, threads: arguments.compute.host.threadCount)
        // Refuses a split that there is not before the first one is worked on.
        for index in arguments.indices { _ = try split(index) }
    }

    func split(_ index: Int) throws -> Split {
        try dataset.split(arguments.splitOptions(index))
    }

    /// The training of a network on one of the splits, in the end judged on its test part.
    func training(_ network: Architecture, split: Int) -> TrainingTask {
        var task = arguments.task(network, on: dataset)
        task.split = arguments.splitOptions(split)
        task.options.epochs = arguments.finalEpochs
        task.isTested = true
        return task
    }
}

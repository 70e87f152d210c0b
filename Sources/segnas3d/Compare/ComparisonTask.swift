internal import ArgumentParser
internal import Datasets
internal import Host
internal import Search
internal import Segmentation
internal import Study
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
            contentsOf: arguments.dataset, threads: arguments.compute.host.threadCount,
            allowing: arguments.data.allowance.kinds)
        try check()
    }

    /// Refuses at once what the last method on the last split would find out after days.
    private func check() throws {
        for case .search(let space) in methods.map(\.kind) {
            do {
                _ = try plan.sampler.sampler(in: SearchSpace(named: space).bounds)
            } catch let error as SamplerError {
                throw StudyError.sampler(error)
            }
        }
        for index in arguments.indices {
            let split = try split(index)
            guard !split.test.isEmpty else {
                throw ValidationError(
                    "methods are compared by test cases, and split \(index) has none: give --split 50/20/30"
                )
            }
            guard arguments.spaces.isEmpty || !split.validation.isEmpty else {
                throw ValidationError(
                    "searches compare networks by validation cases, and split \(index) has none: give --split 50/20/30"
                )
            }
        }
    }

    func split(_ index: Int) throws -> Split {
        do {
            return try dataset.split(arguments.splitOptions(index))
        } catch {
            switch error {
            case .noSuchSplit, .noSuchFold:
                throw ValidationError("\(error): give fewer --splits, or another --split-index")
            default: throw error
            }
        }
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

internal import ArgumentParser
internal import Datasets
internal import Host
internal import Search
internal import Segmentation
internal import Study
internal import Torch

/// What is searched, on which images and how: the same for `search` and for the workers that it starts.
struct SearchArguments: ParsableArguments {
    @Argument(help: "A dataset's folder, or a datalist (.json).")
    var dataset: String

    @Option(help: "Search space: segnas11, segnas4, segnas7 or a YAML file.")
    var space: String

    @Option(
        help: ArgumentHelp(
            "Begin with this network of the space: an architecture's JSON file, or a study.",
            valueName: "network"))
    var first: String?

    @OptionGroup var sampling: SamplingArguments

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The study's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var display: DisplayOptions
}

extension SearchArguments: TrainingSettings {
    /// All that results of the search depend on.
    func plan(begun: StudyPlan?, device: Device, memoryLimit: ByteCount) throws -> StudyPlan {
        var plan = StudyPlan(
            version: version, space: try SearchSpace.text(of: space),
            sampler: try samplerPlan(begun?.sampler),
            budget: sampling.budget ?? begun?.budget ?? .iterations(300),
            options: recorded(device: device, memoryLimit: memoryLimit))
        plan.attempts = sampling.attempts
        return plan
    }

    private func samplerPlan(_ begun: SamplerPlan?) throws -> SamplerPlan {
        var plan = SamplerPlan(
            method: sampling.sampler, seed: compute.seed, population: sampling.population)
        if let known = begun?.first {
            // It was proposed long ago; the network that it was may have moved, or a study found a better one.
            plan.first = known
            return plan
        }
        guard let first else { return plan }
        guard let network = try Architecture(argument: first) else {
            throw ValidationError("'\(first)' is no network: give an architecture's .json file")
        }
        do {
            plan.first = try SearchSpace(named: space).encode(network)
        } catch let error as EncodingError {
            throw ValidationError("--first \(first): \(error)")
        }
        return plan
    }
}

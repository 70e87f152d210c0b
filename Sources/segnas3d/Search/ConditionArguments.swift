internal import ArgumentParser
internal import SegNASExperiments

/// How the networks of a search or a comparison are proposed and trained, and on what.
struct ConditionArguments: ParsableArguments {
    @OptionGroup var sampling: SamplingArguments

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @OptionGroup var compute: ComputeOptions

    /// Takes what is given, but for the images.
    func apply(to conditions: inout TrainingConditions) {
        training.apply(to: &conditions.training)
        compute.apply(to: &conditions.training)
        sampling.apply(to: &conditions)
        compute.apply(to: &conditions.machine)
        data.apply(to: &conditions.machine)
    }
}

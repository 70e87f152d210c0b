internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASSegmentation

/// Arguments for a training that begins with the weights of a model.
struct OriginArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Begin with the weights of a model: a model's folder, a run or a study. The network, its levels and the \
            preparation of images are the model's, so that --network, --size, --patch, --fit and --spacing are not \
            needed. Where labels differ, the head is new but for labels of the same name.
            """, valueName: "model"))
    var from: String?

    /// The options of a new run that begins with a model's weights; nil if no model is given.
    func newOptions(of data: DataArguments, in output: String) throws -> RunOptions? {
        guard let from else { return nil }
        guard let dataset = data.dataset else {
            throw ValidationError(
                "there is nothing to resume in \(output); to begin, give DATASET")
        }
        var options = try RunOptions(from: ModelOrigin(of: from), dataset: dataset)
        data.apply(to: &options.data)
        return options
    }

    /// Compares the model with that of a run that is resumed: once begun, the run does not need it.
    func apply(to options: inout RunOptions) throws {
        guard let from, options.origin?.isNamed(from) != true else { return }
        options.origin = try ModelOrigin(of: from)
    }
}

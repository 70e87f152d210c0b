internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASSearch

/// What is searched, on which images and how.
struct SearchArguments: ParsableArguments {
    @Option(help: "Search space: segnas11, segnas4, segnas7 or a YAML file.")
    var space: String?

    @Option(
        help: ArgumentHelp(
            "Begin with this network of the space: an architecture's JSON file, or a study.",
            valueName: "network"))
    var first: String?

    @OptionGroup var conditions: ConditionArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The study's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var display: DisplayOptions

    /// What is asked for; of a study that was begun, what its plan says where nothing is given.
    func options() throws -> SearchOptions {
        let space = try space.map { try SearchSpace.text(named: $0) }
        var options: SearchOptions
        if let begun = try SearchOptions(ofStudy: output) {
            options = begun
            conditions.data.apply(to: &options.conditions.data)
            if let space { options.space = space }
        } else {
            let images = try conditions.data.begun(
                in: output, needing: [("--space", space != nil)])
            options = SearchOptions(
                space: space ?? "", conditions: TrainingConditions(data: images))
        }
        conditions.apply(to: &options.conditions)
        conditions.sampling.apply(to: &options.sampling)
        // Of a study that was begun with one it was proposed long ago: the network that it was may have moved.
        if let first, options.sampling.first == nil {
            let network = try Architecture(argument: first, orStudy: true)
            options.sampling.first = try options.point(of: network, named: first)
        }
        return options
    }
}

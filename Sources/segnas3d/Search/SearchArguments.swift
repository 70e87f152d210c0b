internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASSearch
internal import SegNASStudy

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

/// How a search proposes networks, how many, and how they are trained beside each other.
struct SamplingArguments: ParsableArguments {
    @Option(help: "Proposals, of which not all need be trained; by default 300, as in the paper.")
    var iterations: Int?

    @Option(
        help: ArgumentHelp(
            "Instead of --iterations: end when so many networks are trained.", valueName: "number"))
    var effectiveIterations: Int?

    @Option(
        help: ArgumentHelp(
            """
            Points that controlled random search keeps; by default ten for each searched dimension and ten more.
            """, valueName: "points"))
    var population: Int?

    @Option(
        help:
            "How points are chosen: by controlled random search, which is the default, or at random."
    )
    var sampler: SamplerPlan.Method?

    @Option(
        help: """
            Networks that are trained at a time; by default one, or one on each GPU. They share cores and memory.
            """)
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "When the search is over, train its best network anew for so many epochs.",
            valueName: "epochs"))
    var finalEpochs: Int?

    @Option(
        help: ArgumentHelp(
            "Attempts at a trial that end without a result or a checkpoint before it is given up; by default 3.",
            valueName: "number"))
    var attempts: Int?

    @Option(
        help: ArgumentHelp(
            "End an attempt after so long, as in 30m or 8h.", valueName: "time"))
    var trialTimeout: TimeSpan?

    @Option(
        help: ArgumentHelp(
            """
            A worker that makes no step for so long hangs and is ended, by default 5m; where steps are long, 20 of them \
            are waited for.
            """, valueName: "time"))
    var hangTimeout: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Stop after so long; the next command goes on.", valueName: "time"))
    var timeLimit: TimeSpan?

    func validate() throws {
        guard iterations == nil || effectiveIterations == nil else {
            throw ValidationError("--iterations and --effective-iterations exclude each other")
        }
    }

    /// Takes what is given.
    func apply(to options: inout SamplingOptions) {
        if let sampler { options.method = sampler }
        if let population { options.population = population }
        if let iterations { options.budget = .iterations(iterations) }
        if let effectiveIterations { options.budget = .effectiveIterations(effectiveIterations) }
        if let attempts { options.attempts = attempts }
    }

    /// Takes what is given.
    func apply(to conditions: inout TrainingConditions) {
        if let finalEpochs { conditions.finalEpochs = finalEpochs }
        if let workers { conditions.workers.count = workers }
        if let trialTimeout { conditions.workers.trialTimeout = trialTimeout.seconds }
        if let hangTimeout { conditions.workers.hangTimeout = hangTimeout.seconds }
    }
}

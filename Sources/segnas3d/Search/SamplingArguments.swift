internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASSearch
internal import SegNASStudy

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

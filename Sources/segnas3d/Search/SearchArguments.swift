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

    @Option(help: "How points are chosen: controlled random search, or at random.")
    var sampler = SamplerPlan.Method.crs

    @Option(
        help: ArgumentHelp(
            "Begin with this network of the space: an architecture's JSON file, or a study.",
            valueName: "network"))
    var first: String?

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
            "Attempts at a trial that end without a result or a checkpoint before it is given up.",
            valueName: "number"))
    var attempts = 3

    @Option(
        help: ArgumentHelp(
            "End an attempt after so long, as in 30m or 8h.", valueName: "time"))
    var trialTimeout: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Stop after so long; the same command goes on.", valueName: "time"))
    var timeLimit: TimeSpan?

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The study's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        let counts = [
            ("--iterations", iterations), ("--effective-iterations", effectiveIterations),
            ("--population", population), ("--workers", workers), ("--final-epochs", finalEpochs),
            ("--attempts", attempts),
        ]
        let faults = counts.compactMap { name, count in
            count.flatMap { $0 < 1 ? "\(name) must be at least 1, and \($0) is given" : nil }
        }
        guard faults.isEmpty else { throw ValidationError(faults.joined(separator: "\n")) }
        guard iterations == nil || effectiveIterations == nil else {
            throw ValidationError("--iterations and --effective-iterations exclude each other")
        }
    }
}

// MARK: - What they come to

extension SearchArguments {
    /// The training of a network of the space, which is not judged on the test part.
    func task(
        _ architecture: Architecture, hyperparameters: [Hyperparameter: Double] = [:],
        seed: UInt64, on dataset: Dataset
    ) -> TrainingTask {
        var options = training.options(precision: compute.precision, seed: seed)
        options.apply(hyperparameters)
        var task = TrainingTask(
            dataset, architecture, preparation: data.preparation, split: data.splitOptions,
            options: options)
        task.isTested = false
        return task
    }

    /// All that results of the search depend on.
    func plan(begun: StudyPlan?, device: Device, memoryLimit: ByteCount) throws -> StudyPlan {
        var options = training.options(precision: compute.precision, seed: compute.seed)
            .resolved(on: device).byName
        // Told apart by the sampler's.
        options["--seed"] = nil
        options["--size"] = "\(data.size)"
        options["--fit"] = data.fit.rawValue
        options["--split"] = "\(data.split)"
        options["--split-index"] = "\(data.splitIndex)"
        options["--groups"] = data.groups
        options["--device"] = device == .cpu ? "cpu" : "cuda"
        options[Self.memoryLimitName] = "\(memoryLimit.bytes)"
        var plan = StudyPlan(
            version: version, space: try spaceText(),
            sampler: try samplerPlan(),
            budget: effectiveIterations.map { .effectiveIterations($0) }
                ?? iterations.map { .iterations($0) } ?? begun?.budget ?? .iterations(300),
            options: options)
        plan.attempts = attempts
        return plan
    }

    private func samplerPlan() throws -> SamplerPlan {
        var plan = SamplerPlan(method: sampler, seed: compute.seed, population: population)
        guard let first else { return plan }
        guard let network = try Architecture(argument: first) else {
            throw ValidationError("'\(first)' is no network: give an architecture's .json file")
        }
        do {
            plan.first = try searchSpace().encode(network)
        } catch let error as EncodingError {
            throw ValidationError("--first \(first): \(error)")
        }
        return plan
    }

    private func searchSpace() throws -> SearchSpace {
        try SearchSpace.Preset(rawValue: space).map { SearchSpace($0) }
            ?? SearchSpace(contentsOf: space)
    }

    /// The limit's name in a plan, where it stands in bytes.
    static let memoryLimitName = "--memory-limit"

    /// The name of a preset, or what the file says.
    private func spaceText() throws -> String {
        if SearchSpace.Preset(rawValue: space) != nil { return space }
        guard space.hasSuffix(".yaml") || space.hasSuffix(".yml") else {
            throw ValidationError(
                "'\(space)' is no search space: give segnas11, segnas4, segnas7 or a .yaml file")
        }
        _ = try searchSpace()
        return try readText(at: space)
    }
}

extension TrainingOptions {
    /// Takes the values that a search has chosen.
    fileprivate mutating func apply(_ hyperparameters: [Hyperparameter: Double]) {
        for (name, value) in hyperparameters {
            switch name {
            case .batch: batchSize = Int(value)
            case .learningRate: learningRate = value
            }
        }
    }
}

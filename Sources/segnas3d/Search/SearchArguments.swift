internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// The arguments of `search`.
struct SearchArguments: ParsableArguments {
    @Option(
        help: """
            Search space: segnas+, the default, which has the networks of segnas11 with dropout, learning rate and \
            augmentation, begun at the recipe's; segnas11, segnas4 or segnas7, the paper's; or a YAML file, which may \
            search most options of training.
            """)
    var space: String?

    @Option(
        help: ArgumentHelp(
            """
            Begin with this network of the space: an architecture's JSON file, or a study, for its best network. What \
            else is searched begins as in that study, or as the options of training say.
            """, valueName: "network"))
    var first: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            """
            With --sampler model: learn from the networks of these studies too, also of other datasets. What they know \
            is copied, so that they may go.
            """, valueName: "study"))
    var warmStart: [String] = []

    @OptionGroup var conditions: ConditionArguments

    @Option(
        help: ArgumentHelp(
            """
            When the search is over, train its best network on this many folds of all cases but the test ones; the \
            best model is then their mean. --final-epochs says for how long, by default as long as in the search.
            """, valueName: "count"))
    var finalFolds: Int?

    @Option(
        help: ArgumentHelp(
            """
            When the search is over, train this many of its best networks again, as --final-epochs or --final-folds \
            say, else for --epochs, and deliver the one with the highest Dice then.
            """, valueName: "count"))
    var finalCandidates: Int?

    @Option(
        help: ArgumentHelp(
            """
            Make one model of at most this many networks, up to 5, if their mean is better than the best one on the \
            validation cases, by which they are weighed: of --final-candidates, else of those that a model keeps.
            """, valueName: "count"))
    var ensemble: Int?

    @Flag(help: "Make the model of --ensemble even where it is no better.")
    var forceEnsemble = false

    @Flag(
        help:
            "Say what is to be trained and how long that may take, from measured steps; write nothing."
    )
    var dryRun = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Folder of the study, new or to be resumed; by default in this folder, named as the dataset with -study.",
            valueName: "folder"))
    var output: String?

    @OptionGroup var display: DisplayArguments

    func validate() throws {
        guard output != nil || conditions.data.dataset != nil else {
            throw ValidationError(
                "DATASET is missing: give it to begin, or --output STUDY to resume")
        }
    }

    /// The folder of the study.
    var study: String {
        if let output { return output }
        let dataset = URL(filePath: conditions.data.dataset ?? "").standardizedFileURL
        let named = dataset.pathExtension == "json" ? dataset.deletingPathExtension() : dataset
        return "\(named.lastPathComponent)-study"
    }

    /// True if the search that is to begin has nothing that says how much to train.
    var leavesBudgetOpen: Bool {
        conditions.sampling.leavesBudgetOpen && conditions.training.epochs == nil
            && method == .model
    }

    /// The sampler of a new search.
    private var method: SamplerPlan.Method {
        let isPlus = (space ?? Self.usualSpace) == Self.usualSpace
        return conditions.sampling.sampler ?? (isPlus ? .model : .crs)
    }

    private static let usualSpace = SearchSpace.Preset.segnasPlus.rawValue

    /// The options that were given; if the study exists, its plan supplies the others.
    func options(_ monitor: Monitor) throws -> SearchOptions {
        let space = try space.map { try SearchSpace.text(named: $0) }
        var options: SearchOptions
        if let begun = try SearchOptions(ofStudy: study) {
            options = begun
            if let space { options.space = space }
            conditions.applyToBegun(&options.conditions)
        } else {
            guard conditions.data.dataset != nil || warmStart.isEmpty else {
                throw ValidationError(
                    "DATASET is missing: give it before --warm-start, which takes all names that follow"
                )
            }
            let space = space ?? Self.usualSpace
            let work = try NewWork(
                conditions.work, network: .median(space: space), in: study, monitor: monitor)
            options = SearchOptions(
                space: space,
                sampling: SamplingOptions(method: method, rungs: conditions.sampling.rungs),
                conditions: TrainingConditions(data: work.data, training: work.training))
        }
        try conditions.apply(to: &options.conditions)
        if let finalFolds { options.conditions.finalFolds = finalFolds }
        if let finalCandidates { options.conditions.finalCandidates = finalCandidates }
        if let ensemble { options.conditions.ensemble = ensemble }
        if forceEnsemble { options.conditions.isEnsembleForced = true }
        conditions.sampling.apply(to: &options.sampling)
        for study in warmStart { try FolderKind.checkStudy(study) }
        options.warmStart = warmStart
        // A study that was begun with a network has proposed it already, and the file may have moved.
        if let first, options.sampling.first == nil {
            let network = try Architecture(argument: first, orStudy: true)
            options.sampling.first = try options.point(
                of: network, hyperparameters: Self.bestHyperparameters(ofStudy: first) ?? [:],
                named: first)
        }
        return options
    }
}

extension SearchArguments {
    /// The hyperparameters of a study's best network; nil if the text names no study.
    private static func bestHyperparameters(
        ofStudy text: String
    ) throws -> [Hyperparameter: HyperparameterValue]? {
        guard FileManager.default.fileExists(atPath: StudyFolder(text).database) else { return nil }
        return try StudyStatus(of: text).best?.hyperparameters
    }
}

/// The arguments that `search` and `compare` share: sampling, data, training and device.
struct ConditionArguments: ParsableArguments {
    @OptionGroup var sampling: SamplingArguments

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @OptionGroup var compute: ComputeArguments

    var work: WorkArguments {
        WorkArguments(
            data: data, training: training, compute: compute, workers: sampling.workers ?? 1)
    }

    /// Applies the options for data and training that were given to work that has begun.
    func applyToBegun(_ conditions: inout TrainingConditions) {
        data.apply(to: &conditions.data)
        training.apply(to: &conditions.training, fit: conditions.data.preparation.fit)
        compute.apply(to: &conditions.training)
    }

    /// Applies the other options that were given.
    func apply(to conditions: inout TrainingConditions) throws {
        try sampling.apply(to: &conditions)
        compute.apply(to: &conditions.machine)
        training.apply(to: &conditions.machine)
        data.apply(to: &conditions.machine)
    }
}

/// Arguments for the sampler, its budget and the workers.
struct SamplingArguments: ParsableArguments {
    @Option(
        help: """
            Number of trials, trained or not; by default 300, as in the paper. A model trains as many networks as \
            --time-limit has room for, or, where --epochs is given, 46, and with two rungs for as many epochs as 30 \
            whole trainings have.
            """)
    var iterations: Int?

    @Option(
        help: ArgumentHelp(
            """
            Instead of --iterations: number of trials to complete, that is, of networks to train; with two rungs, to \
            train for as many epochs as so many whole trainings have.
            """, valueName: "number"))
    var effectiveIterations: Int?

    @Option(
        help: ArgumentHelp(
            "Instead of --iterations: number of epochs to train, all networks together.",
            valueName: "number"))
    var effectiveEpochs: Int?

    @Option(
        help: """
            With 2, the default of a model, trainings stop at a third of --epochs, and one of three goes on; with 1, \
            the default of others, every network is trained to the end.
            """)
    var rungs: Int?

    @Option(
        help: ArgumentHelp(
            "Epochs after which trainings stop with two rungs; by default a third, but at least 200 steps.",
            valueName: "epochs"))
    var firstRung: Int?

    @Option(
        help: ArgumentHelp(
            """
            Keep the checkpoints of this many paused trials, by default 30, those of the highest Dice, with a model \
            those of which it expects most; others are trained from the start if they go on.
            """, valueName: "number"))
    var keepPaused: Int?

    @Option(
        help: ArgumentHelp(
            """
            Population size of controlled random search; by default 10 × (searched dimensions + 1).
            """, valueName: "points"))
    var population: Int?

    @Option(
        help: """
            model, the default with segnas+, trains the networks of which a Gaussian process on the results so far \
            expects most, so that fewer are needed; crs, the default with other spaces, is the paper's controlled \
            random search; random draws points.
            """)
    var sampler: SamplerPlan.Method?

    @Option(
        help: ArgumentHelp(
            "Train no network with more parameters than this, such as 200000, 250k or 0.2M.",
            valueName: "count"))
    var maxParameters: LargeCount?

    @Option(
        help: ArgumentHelp(
            """
            Train no network whose forward pass takes more multiply-adds than this, such as 5G, for one image of \
            --size, or for one patch.
            """, valueName: "count"))
    var maxOperations: LargeCount?

    @Option(
        help: ArgumentHelp(
            """
            Train no network whose forward pass, for one image of --size or one patch, takes longer than this on this \
            machine, such as 2s: its multiply-adds at a rate that is measured when the search begins.
            """, valueName: "time"))
    var maxPredictionTime: TimeSpan?

    @Option(
        help: """
            What to deliver: the best network, which is the default, or the one with the fewest parameters within one \
            standard deviation of what is expected of the best.
            """)
    var prefer: StudyPlan.Preference?

    @Option(
        help: """
            Networks to train in parallel; by default one, or one on each GPU or group of GPUs. They share cores and \
            memory.
            """)
    var workers: Int?

    @Option(
        help: """
            local, the default, trains on this machine; slurm trains each network in a job of a Slurm cluster, whose \
            nodes share the folder of the study with this machine.
            """)
    var launcher: LauncherChoice?

    @Option(
        help: ArgumentHelp(
            """
            With --launcher slurm: options of sbatch for each job, such as "partition=gpu gres=gpu:1 time=4:00:00". \
            Memory and time follow from the networks where they are not given.
            """, valueName: "options"))
    var slurm: String?

    @Option(
        help: ArgumentHelp(
            """
            With --launcher slurm: jobs at a time, those that wait in the queue included; by default \
            \(SlurmOptions.usualJobs).
            """, valueName: "number"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            """
            Devices among which each training divides its batches, by default 1: with 3, six GPUs train two networks \
            at a time.
            """, valueName: "count"))
    var devicesPerTrial: Int?

    @Option(
        help: ArgumentHelp(
            "When the search is over, train its best network again from scratch for this many epochs.",
            valueName: "epochs"))
    var finalEpochs: Int?

    @Option(
        help: ArgumentHelp(
            "Attempts without a result or a new checkpoint after which a trial has failed; by default 3.",
            valueName: "number"))
    var attempts: Int?

    @Option(
        help: ArgumentHelp(
            "End an attempt after this time, such as 30m or 8h.", valueName: "time"))
    var trialTimeout: TimeSpan?

    @Option(
        help: ArgumentHelp(
            """
            End a worker that makes no step for this time, by default 5m, or for the time of 20 steps if that is longer.
            """, valueName: "time"))
    var hangTimeout: TimeSpan?

    @Option(
        help: ArgumentHelp(
            """
            Stop after this time, such as 90m or 8h; run the same command to resume. A search by a model that begins \
            without --epochs and without a number of trainings chooses both such that it ends within this time, by \
            default 8h.
            """, valueName: "time"))
    var timeLimit: TimeSpan?

    /// True if nothing says how many networks to train.
    var leavesBudgetOpen: Bool {
        iterations == nil && effectiveIterations == nil && effectiveEpochs == nil
    }

    func validate() throws {
        guard iterations == nil || effectiveIterations == nil else {
            throw ValidationError("--iterations and --effective-iterations exclude each other")
        }
        guard effectiveEpochs == nil || (iterations == nil && effectiveIterations == nil) else {
            throw ValidationError(
                "--effective-epochs excludes --iterations and --effective-iterations")
        }
        guard launcher != .slurm || workers == nil else {
            throw ValidationError(
                "--workers are trainings on this machine: give --jobs with --launcher slurm")
        }
    }

    /// Applies the options that were given.
    func apply(to options: inout SamplingOptions) {
        if let sampler { options.method = sampler }
        if let population { options.population = population }
        if let iterations { options.budget = .iterations(iterations) }
        if let effectiveIterations { options.budget = .effectiveIterations(effectiveIterations) }
        if let effectiveEpochs { options.budget = .effectiveEpochs(effectiveEpochs) }
        if let rungs { options.rungs = rungs }
        if let firstRung { options.firstRung = firstRung }
        if let attempts { options.attempts = attempts }
        if let maxParameters { options.limits.parameters = maxParameters.count }
        if let maxOperations { options.limits.operations = maxOperations.count }
        if let maxPredictionTime { options.limits.predictionSeconds = maxPredictionTime.seconds }
        if let prefer { options.preference = prefer }
    }

    /// Applies the options that were given.
    func apply(to conditions: inout TrainingConditions) throws {
        switch launcher {
        case .slurm: conditions.workers.slurm = conditions.workers.slurm ?? SlurmOptions()
        case .local: conditions.workers.slurm = nil
        case nil: break
        }
        if slurm != nil || jobs != nil {
            guard var options = conditions.workers.slurm else {
                throw ValidationError("--slurm and --jobs go with --launcher slurm")
            }
            if let slurm { options.resources = slurm }
            if let jobs { options.jobs = jobs }
            conditions.workers.slurm = options
        }
        if let finalEpochs { conditions.finalEpochs = finalEpochs }
        if let keepPaused { conditions.workers.keptPaused = keepPaused }
        if let workers { conditions.workers.count = workers }
        if let devicesPerTrial { conditions.workers.devicesPerTrial = devicesPerTrial }
        if let trialTimeout { conditions.workers.trialTimeout = trialTimeout.seconds }
        if let hangTimeout { conditions.workers.hangTimeout = hangTimeout.seconds }
    }
}

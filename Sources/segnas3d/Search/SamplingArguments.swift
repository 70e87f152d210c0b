internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

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

    @Flag(
        inversion: .prefixedNo,
        help: """
            With --launcher slurm: jobs copy prepared images to a disk of their node, $TMPDIR, once for all of them, \
            and read them there.
            """)
    var nodeCache: Bool?

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
        if slurm != nil || jobs != nil || nodeCache != nil {
            guard var options = conditions.workers.slurm else {
                throw ValidationError(
                    "--slurm, --jobs and --node-cache go with --launcher slurm")
            }
            if let slurm { options.resources = slurm }
            if let jobs { options.jobs = jobs }
            if let nodeCache { options.nodeCache = nodeCache }
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

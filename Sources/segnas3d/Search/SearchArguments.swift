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
            When the search is over, train its best network, or each of its folds, with this many seeds; the best \
            model is then the mean of all.
            """, valueName: "count"))
    var finalSeeds: Int?

    @Option(
        help: ArgumentHelp(
            """
            When the search is over, train this many of its best networks again, as --final-epochs, --final-folds or \
            --final-seeds say, else for --epochs, and deliver the one with the highest Dice then.
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
        if let finalSeeds { options.conditions.finalSeeds = finalSeeds }
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

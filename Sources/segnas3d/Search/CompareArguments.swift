internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSearch
internal import SegNASSegmentation

/// The arguments of `compare`.
struct CompareArguments: ParsableArguments {
    @Option(help: "Number of splits, beginning with --split-index; by default 3.")
    var splits: Int?

    @Option(
        help: """
            Search spaces, separated by commas: segnas11, segnas4, segnas7, segnas+, YAML files; or none. By \
            default the paper's three.
            """,
        transform: Self.list)
    var spaces: [String]?

    @Option(
        help: """
            Baseline networks, separated by commas: unet3d, vnet, nnunet, nnunet-resenc, architectures' JSON files; or \
            none. By default the first two. They are trained for --final-epochs if given, like the best of a search, \
            otherwise for --epochs.
            """, transform: Self.list)
    var baselines: [String]?

    @Flag(
        inversion: .prefixedNo,
        help: "Show images of test cases in the reports of the searches.")
    var images = true

    @Flag(
        help:
            "Say what is left to train and how long that may take, from measured steps; write nothing."
    )
    var dryRun = false

    @OptionGroup var conditions: ConditionArguments

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Folder of the comparison, new or to be resumed.", valueName: "folder"))
    var output: String

    @OptionGroup var display: DisplayArguments

    private static func list(_ text: String) -> [String] {
        guard text != "none" else { return [] }
        return text.split(separator: ",").map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The options that were given; if the comparison exists, its plan supplies the others.
    func options(_ monitor: Monitor) throws -> ComparisonOptions {
        let searches = try spaces.map(Self.searches)
        let trainings = try baselines?.map { ($0, try PlannedNetwork(argument: $0)) }
        let paper =
            try Self.searches(["segnas11", "segnas4", "segnas7"])
            + ["unet3d", "vnet"].map {
                ComparedMethod(named: $0, .training(try Architecture(argument: $0)))
            }
        var options: ComparisonOptions
        if let begun = try ComparisonOptions(ofComparison: output, methods: paper) {
            options = begun
            conditions.applyToBegun(&options.conditions)
        } else {
            let network = (searches ?? paper).compactMap(\.space).first.map {
                TrainingPlanner.Network.median(space: $0)
            }
            let work = try NewWork(
                conditions.work, recipe: .paper,
                network: network ?? .planned(trainings?.first?.1 ?? .given(.unet3d)), in: output,
                monitor: monitor)
            options = ComparisonOptions(
                methods: paper,
                sampling: SamplingOptions(
                    method: conditions.sampling.sampler ?? .crs, rungs: conditions.sampling.rungs),
                conditions: TrainingConditions(data: work.data, training: work.training))
        }
        let images = options.conditions.data.preparation
        options.methods =
            (searches ?? options.methods.filter(\.isSearch))
            + (trainings?.map {
                ComparedMethod(named: $0, .training($1.architecture(for: images)))
            } ?? options.methods.filter { !$0.isSearch })
        if let splits { options.splits = splits }
        try conditions.apply(to: &options.conditions)
        conditions.sampling.apply(to: &options.sampling)
        return options
    }

    private static func searches(_ names: [String]) throws -> [ComparedMethod] {
        try names.map {
            ComparedMethod(named: $0, .search(space: try SearchSpace.text(named: $0)))
        }
    }
}

extension ComparedMethod {
    /// The text of the space that is searched; nil for a training.
    fileprivate var space: String? {
        if case .search(let space) = kind { space } else { nil }
    }
}

internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASSearch

/// What is compared, on which images and how.
struct CompareArguments: ParsableArguments {
    @Option(help: "Splits, beginning with --split-index; by default 3.")
    var splits: Int?

    @Option(
        help: """
            Search spaces, with commas: segnas11, segnas4, segnas7, YAML files; or none. By default the paper's three.
            """,
        transform: Self.list)
    var spaces: [String]?

    @Option(
        help: """
            Networks beside them, with commas: unet3d, vnet, nnunet, nnunet-resenc, architectures' JSON files; or \
            none. By default unet3d and vnet. They are trained for --final-epochs where these are given, as the best \
            of a search, otherwise for --epochs.
            """, transform: Self.list)
    var baselines: [String]?

    @Flag(
        inversion: .prefixedNo,
        help: "Show images of test cases in the searches' own reports.")
    var images = true

    @Flag(
        help: "Say what is left to train and how long that may take, from steps that are measured.")
    var dryRun = false

    @OptionGroup var conditions: ConditionArguments

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The comparison's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var display: DisplayOptions

    private static func list(_ text: String) -> [String] {
        guard text != "none" else { return [] }
        return text.split(separator: ",").map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// What is asked for; of a comparison that was begun, what its plan says where nothing is given.
    func options() throws -> ComparisonOptions {
        let searches = try spaces.map(Self.searches)
        let trainings = try baselines.map(Self.trainings)
        let usual =
            try Self.searches(["segnas11", "segnas4", "segnas7"])
            + Self.trainings(["unet3d", "vnet"])
        var options: ComparisonOptions
        if let begun = try ComparisonOptions(ofComparison: output, methods: usual) {
            options = begun
            conditions.data.apply(to: &options.conditions.data)
        } else {
            let images = try conditions.data.begun(in: output, needing: [])
            options = ComparisonOptions(
                methods: usual, conditions: TrainingConditions(data: images))
        }
        options.methods =
            (searches ?? options.methods.filter(\.isSearch))
            + (trainings ?? options.methods.filter { !$0.isSearch })
        if let splits { options.splits = splits }
        conditions.apply(to: &options.conditions)
        conditions.sampling.apply(to: &options.sampling)
        return options
    }

    private static func searches(_ names: [String]) throws -> [ComparedMethod] {
        try names.map {
            ComparedMethod(named: $0, .search(space: try SearchSpace.text(named: $0)))
        }
    }

    private static func trainings(_ names: [String]) throws -> [ComparedMethod] {
        try names.map { ComparedMethod(named: $0, .training(try Architecture(argument: $0))) }
    }
}

internal import ArgumentParser
internal import Datasets

/// What is compared, on which images and how.
struct CompareArguments: ParsableArguments, TrainingSettings {
    @Argument(help: "A dataset's folder, or a datalist (.json).")
    var dataset: String

    @Option(help: "Splits, beginning with --split-index.")
    var splits = 3

    @Option(
        help: """
            Search spaces, with commas: segnas11, segnas4, segnas7, YAML files; or none. By default the paper's three.
            """,
        transform: Self.list)
    var spaces = ["segnas11", "segnas4", "segnas7"]

    @Option(
        help: """
            Networks beside them, with commas: unet3d, vnet, architectures' JSON files; or none. By default these two. \
            They are trained for --final-epochs where these are given, as the best of a search, otherwise for --epochs.
            """, transform: Self.list)
    var baselines = ["unet3d", "vnet"]

    @Flag(
        inversion: .prefixedNo,
        help: "Show images of test cases in the searches' own reports.")
    var images = true

    @Flag(
        help: "Say what is left to train and how long that may take, from steps that are measured.")
    var dryRun = false

    @OptionGroup var sampling: SamplingArguments

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The comparison's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard (1...Self.mostSplits).contains(splits) else {
            throw ValidationError(
                "--splits must be 1 to \(Self.mostSplits), and \(splits) is given")
        }
        guard !(spaces + baselines).isEmpty else {
            throw ValidationError("nothing is compared: give --spaces or --baselines")
        }
        guard splits == 1 || data.split.hasSeveral else {
            throw ValidationError(
                "--split \(data.split) gives one split only: give --splits 1 or another --split")
        }
    }

    private static let mostSplits = 1000

    private static func list(_ text: String) -> [String] {
        guard text != "none" else { return [] }
        return text.split(separator: ",").map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The indices of the splits.
    var indices: Range<Int> { data.splitIndex..<data.splitIndex + splits }

    /// The data's options, for one of the splits.
    func splitOptions(_ index: Int) -> SplitOptions {
        var options = data.splitOptions
        options.index = index
        return options
    }

    /// Epochs of networks that are not searched, and of the best of a search after it.
    var finalEpochs: Int { sampling.finalEpochs ?? training.epochs }
}

extension SplitPlan {
    /// Whether there is more than one split of it.
    fileprivate var hasSeveral: Bool {
        switch self {
        case .everything, .listed: false
        case .shuffled, .file, .folds: true
        }
    }
}

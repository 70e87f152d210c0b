internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// All options of a comparison.
public struct ComparisonOptions: Hashable, Codable, Sendable {
    /// Searches, then baselines.
    public var methods: [ComparedMethod]
    /// Number of splits, beginning with that of the conditions.
    public var splits: Int
    /// Sampling of all searches.
    public var sampling: SamplingOptions
    public var conditions: TrainingConditions

    public init(
        methods: [ComparedMethod], splits: Int = 3, sampling: SamplingOptions = SamplingOptions(),
        conditions: TrainingConditions
    ) {
        self.methods = methods
        self.splits = splits
        self.sampling = sampling
        self.conditions = conditions
    }

    private static let maxSplits = 1000

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        var faults: [String] = []
        let plan = conditions.data.split.plan
        if !(1...Self.maxSplits).contains(splits) {
            faults.append("`splits` must be 1 to \(Self.maxSplits), and \(splits) is given")
        } else if splits > 1, !plan.hasSeveral {
            faults.append(
                "`split` \(plan) gives one split only: give `splits` 1 or another `split`")
        }
        if methods.isEmpty { faults.append("nothing is compared: give `spaces` or `baselines`") }
        for (index, method) in methods.enumerated()
        where methods[..<index].contains(where: { $0.isNamed(as: method) }) {
            faults.append(
                "two methods are named \(method.name): methods are named after their files")
        }
        return faults + sampling.faults + conditions.faults
    }

    /// The indices of the splits.
    var indices: Range<Int> {
        let first = conditions.data.split.index
        return first..<first + splits
    }

    /// The options of one of the splits.
    func splitOptions(_ index: Int) -> SplitOptions {
        var options = conditions.data.split
        options.index = index
        return options
    }

    /// Epochs of baselines, and of the final training of a search's best network.
    var finalEpochs: Int { conditions.finalEpochs ?? conditions.training.epochs }

    var hasSearch: Bool { methods.contains(where: \.isSearch) }

    /// The search of a space on one of the splits.
    func search(_ space: String, split: Int, memoryLimit: ByteCount) -> SearchOptions {
        var search = SearchOptions(space: space, sampling: sampling, conditions: conditions)
        search.conditions.data.split.index = split
        search.conditions.machine.memoryLimit = memoryLimit
        return search
    }
}

extension SplitPlan {
    /// True if the plan has more than one split.
    fileprivate var hasSeveral: Bool {
        switch self {
        case .everything, .listed: false
        case .shuffled, .file, .folds: true
        }
    }
}

/// A method that is compared: a search of a space, or the training of one network.
public struct ComparedMethod: Hashable, Codable, Sendable {
    /// The kind of a method.
    public enum Kind: Hashable, Codable, Sendable {
        /// A space: the name of a preset, or YAML.
        case search(space: String)
        case training(Architecture)
    }

    /// Name of its folder in that of a split.
    public let name: String
    /// The paper's name for it.
    public let title: String
    public let kind: Kind

    /// A method named after a preset, or after a file without its extension.
    public init(named name: String, _ kind: Kind) {
        self.name = URL(filePath: name).deletingPathExtension().lastPathComponent
        title = Self.titles[name] ?? self.name
        self.kind = kind
    }

    public var isSearch: Bool {
        if case .search = kind { true } else { false }
    }

    /// True if the folders or the rows of the two have the same name.
    func isNamed(as other: ComparedMethod) -> Bool {
        !Set([name, title].map { $0.lowercased() })
            .isDisjoint(with: [other.name, other.title].map { $0.lowercased() })
    }

    private static let titles = [
        "segnas11": "SegNAS11", "segnas4": "SegNAS4", "segnas7": "SegNAS7", "segnas+": "SegNAS+",
        "unet3d": "3D U-Net",
        "vnet": "V-Net", "nnunet": "nnU-Net", "nnunet-resenc": "nnU-Net ResEnc",
    ]
}

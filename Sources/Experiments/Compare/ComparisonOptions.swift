internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// Everything that a comparison is asked for.
public struct ComparisonOptions: Hashable, Codable, Sendable {
    /// Searches, then networks beside them.
    public var methods: [ComparedMethod]
    /// Splits, beginning with that of the conditions.
    public var splits: Int
    /// Of all searches.
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

    private static let mostSplits = 1000

    /// What is wrong with them, a sentence each.
    public var faults: [String] {
        var faults: [String] = []
        let plan = conditions.data.split.plan
        if !(1...Self.mostSplits).contains(splits) {
            faults.append("`splits` must be 1 to \(Self.mostSplits), and \(splits) is given")
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

    /// The data's options, for one of the splits.
    func splitOptions(_ index: Int) -> SplitOptions {
        var options = conditions.data.split
        options.index = index
        return options
    }

    /// Epochs of networks that are not searched, and of the best of a search after it.
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
    /// Whether there is more than one split of it.
    fileprivate var hasSeveral: Bool {
        switch self {
        case .everything, .listed: false
        case .shuffled, .file, .folds: true
        }
    }
}

/// A search of a space, or the training of one network, that is compared with others.
public struct ComparedMethod: Hashable, Codable, Sendable {
    /// What a method does.
    public enum Kind: Hashable, Codable, Sendable {
        /// A space: the name of a preset, or YAML.
        case search(space: String)
        case training(Architecture)
    }

    /// Its folder in that of a split.
    public let name: String
    /// As the paper writes it.
    public let title: String
    public let kind: Kind

    /// A method named after a preset or a file, whose ending is left out.
    public init(named name: String, _ kind: Kind) {
        self.name = URL(filePath: name).deletingPathExtension().lastPathComponent
        title = Self.titles[name] ?? self.name
        self.kind = kind
    }

    public var isSearch: Bool {
        if case .search = kind { true } else { false }
    }

    /// Whether their folders or their rows would be taken for each other.
    func isNamed(as other: ComparedMethod) -> Bool {
        !Set([name, title].map { $0.lowercased() })
            .isDisjoint(with: [other.name, other.title].map { $0.lowercased() })
    }

    private static let titles = [
        "segnas11": "SegNAS11", "segnas4": "SegNAS4", "segnas7": "SegNAS7", "unet3d": "3D U-Net",
        "vnet": "V-Net",
    ]
}

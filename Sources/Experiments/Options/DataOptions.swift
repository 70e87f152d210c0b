public import SegNASDatasets
internal import SegNASStudy

/// Options for the dataset, its preparation and its split.
public struct DataOptions: Hashable, Sendable {
    /// Path of the dataset's folder, or of a datalist.
    public var dataset: String
    public var preparation: PreparationOptions
    public var split: SplitOptions
    /// Faults of the dataset that the user allows.
    public var allowed: Set<AllowableFault>
    /// True if the recorded split is kept, whatever files of splits and groups say now.
    public var keepsSplit = false

    public init(
        dataset: String, preparation: PreparationOptions, split: SplitOptions = SplitOptions(),
        allowed: Set<AllowableFault> = []
    ) {
        self.dataset = dataset
        self.preparation = preparation
        self.split = split
        self.allowed = allowed
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        var faults: [String] = []
        if !(0..<1_000_000).contains(split.index) {
            faults.append("`splitIndex` must be 0 to 999,999, and \(split.index) is given")
        }
        if split.groups != nil, !split.plan.isShuffled {
            faults.append(
                """
                `groups` is for shuffled splits such as `split` 50/20/30: '\(split.plan)' says already which case \
                is in which part
                """)
        }
        if !keepsSplit, split.isNameless {
            faults.append(
                """
                the plan does not keep the name of the file that divided the cases or grouped them: give `split` and \
                `groups` again
                """)
        }
        return faults
    }

    /// Differences to other options in all that results depend on; groups show in the cases.
    func differences(to now: DataOptions) -> [StudyError.Difference] {
        Self.fields.differences(self, now)
    }

    private static let fields: [(name: String, text: @Sendable (DataOptions) -> String?)] = [
        ("size", { "\($0.size)" }), ("fit", { $0.preparation.fit.rawValue }),
        ("canonical orientation", { "\($0.preparation.isCanonical)" }),
        ("crop of empty space", { "\($0.preparation.isCropped)" }),
        ("spacing", { "\($0.preparation.spacing)" }),
        ("kept proportions", { "\($0.preparation.keepsProportions)" }),
        ("normalization", { "\($0.preparation.normalization)" }),
        ("interpolation", { "\($0.preparation.interpolation)" }),
        ("label interpolation", { "\($0.preparation.labelInterpolation)" }),
        ("split", { "\($0.split.plan)" }), ("splitIndex", { "\($0.split.index)" }),
    ]

    /// `48x64x32`.
    var size: String {
        let size = preparation.size
        return "\(size.x)x\(size.y)x\(size.z)"
    }
}

extension [(name: String, text: @Sendable (DataOptions) -> String?)] {
    fileprivate func differences(
        _ before: DataOptions, _ now: DataOptions
    ) -> [StudyError.Difference] {
        compactMap { StudyError.Difference($0.name, $0.text(before), $0.text(now)) }
    }
}

extension DataOptions: Codable {
    private enum Key: String, CodingKey {
        case dataset, preparation, split, splitIndex, splitSeed, groups, allowed
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        dataset = try values.decode(String.self, forKey: .dataset)
        preparation = try values.decode(PreparationOptions.self, forKey: .preparation)
        split = SplitOptions(
            plan: SplitPlan(recorded: try values.decode(String.self, forKey: .split)),
            index: try values.decode(Int.self, forKey: .splitIndex),
            seed: try values.decode(UInt64.self, forKey: .splitSeed),
            groups: try values.decodeIfPresent(String.self, forKey: .groups)
                .map { SplitGroups(recorded: $0) })
        allowed = Set(try values.decode([AllowableFault].self, forKey: .allowed))
        keepsSplit = true
    }

    /// Names no file but the dataset: names of files with splits and groups may identify people, and their content is
    /// kept.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(dataset, forKey: .dataset)
        try values.encode(preparation, forKey: .preparation)
        try values.encode("\(split.plan)", forKey: .split)
        try values.encode(split.index, forKey: .splitIndex)
        try values.encode(split.seed, forKey: .splitSeed)
        try values.encodeIfPresent(split.groups?.recorded, forKey: .groups)
        try values.encode(AllowableFault.allCases.filter(allowed.contains), forKey: .allowed)
    }
}

extension SplitPlan {
    /// Reads a plan's text, in which a file has no name.
    init(recorded text: String) {
        self = (try? SplitPlan(parsing: text)) ?? .file("")
    }
}

extension SplitGroups {
    private static let table = "a table:"

    init(recorded text: String) {
        self =
            text.hasPrefix(Self.table)
            ? .table(path: "", column: String(text.dropFirst(Self.table.count))) : .pattern(text)
    }

    fileprivate var recorded: String {
        switch self {
        case .pattern(let pattern): pattern
        case .table(_, let column): Self.table + column
        case .known: Self.table
        }
    }
}

extension SplitOptions {
    /// True if the cases are divided or grouped by a file whose name the plan does not keep.
    var isNameless: Bool {
        if case .file("") = plan { return true }
        if case .table("", _) = groups { return true }
        return false
    }
}

internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSegmentation
internal import SegNASTorch

/// Arguments for the dataset, its preparation and its split.
struct DataArguments: ParsableArguments {
    @Argument(
        help: """
            A dataset's folder, or a datalist (.json). To resume what is in the folder of --output, neither it nor any \
            other option is needed.
            """)
    var dataset: String?

    @Option(help: "Size of the prepared images in voxels: 64, or x, y and z as in 48x64x32.")
    var size: Extent?

    @Option(
        help:
            "Resize images to that size, which is the default, or pad them and keep their voxels."
    )
    var fit: PreparationOptions.Fit?

    @Option(
        help: ArgumentHelp(
            """
            Split of the cases: percent for training, validation and test, by default 50/20/30; all; folds or listed \
            for a datalist; or a .json file such as splits_final.json.
            """, valueName: "split"), transform: Self.splitPlan)
    var split: SplitPlan?

    @Option(
        help:
            "Index of the shuffle, the fold or the file's entry, counted from 0, which is the default."
    )
    var splitIndex: Int?

    @Option(
        help: ArgumentHelp(
            """
            Keep the cases of a group in one part: a regular expression on their names, such as '^(sub-\\d+)', or \
            TABLE.csv:COLUMN.
            """, valueName: "groups"))
    var groups: String?

    @Option(
        help: ArgumentHelp(
            "Cache of prepared cases; by default segnas3d/prepared in the user's cache folder.",
            valueName: "folder"))
    var cache: String?

    @OptionGroup var allowance: AllowanceArguments

    private static func splitPlan(_ text: String) throws -> SplitPlan {
        do {
            return try SplitPlan(parsing: text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The options of new work, for which some more are needed besides these.
    func newOptions(in output: String, needing others: [(name: String, isGiven: Bool)]) throws
        -> DataOptions
    {
        let needed = [("DATASET", dataset != nil), ("--size", size != nil)] + others
        let missing = needed.filter { !$0.1 }.map(\.0)
        guard missing.isEmpty, let dataset, let size else {
            throw ValidationError(
                "there is nothing to resume in \(output); to begin, give \(missing.joined(separator: ", "))"
            )
        }
        var data = DataOptions(
            dataset: dataset,
            preparation: PreparationOptions(
                size: SIMD3(size.width, size.height, size.depth), fit: fit ?? .resize))
        apply(to: &data)
        return data
    }

    /// Applies the options that were given.
    func apply(to data: inout DataOptions) {
        if let dataset { data.dataset = dataset }
        let voxels = size.map { SIMD3($0.width, $0.height, $0.depth) } ?? data.preparation.size
        if voxels != data.preparation.size || (fit ?? data.preparation.fit) != data.preparation.fit
        {
            data.preparation = PreparationOptions(size: voxels, fit: fit ?? data.preparation.fit)
        }
        if let split { data.split.plan = split }
        if let splitIndex { data.split.index = splitIndex }
        if let groups { data.split.groups = SplitGroups(parsing: groups) }
        if case .file = split { data.keepsSplit = false }
        if groups != nil { data.keepsSplit = false }
        data.allowed.formUnion(allowance.kinds)
    }

    /// Applies the options that were given.
    func apply(to machine: inout MachineOptions) {
        if let cache { machine.cache = cache }
    }
}

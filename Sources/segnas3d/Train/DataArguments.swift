internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSegmentation
internal import SegNASTorch

/// Which images are trained on, and how they are prepared and divided.
struct DataArguments: ParsableArguments {
    @Argument(
        help: """
            A dataset's folder, or a datalist (.json); to go on with what is in the output's folder it need not be given, nor \
            any option.
            """)
    var dataset: String?

    @Option(help: "Size that images are brought to: 64, or x, y and z as in 48x64x32.")
    var size: Extent?

    @Option(
        help:
            "Resize images to the size, which is the default, or pad them with their voxels as they are."
    )
    var fit: PreparationOptions.Fit?

    @Option(
        help: ArgumentHelp(
            """
            How cases are divided: percent for training, validation and test, by default 50/20/30; all; folds or listed \
            for a datalist; or a .json file such as splits_final.json.
            """, valueName: "split"), transform: Self.splitPlan)
    var split: SplitPlan?

    @Option(
        help:
            "Which shuffle of the cases, fold, or split of the file: counted from 0, which is the default."
    )
    var splitIndex: Int?

    @Option(
        help: ArgumentHelp(
            """
            Keeps cases of a group in one part: a regular expression on their names, such as '^(sub-\\d+)', or \
            TABLE.csv:COLUMN.
            """, valueName: "groups"))
    var groups: String?

    @Option(
        help: ArgumentHelp(
            "Folder of prepared cases; by default segnas3d/prepared in the user's cache.",
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

    /// Those of new work, which needs some more options beside these.
    func begun(in output: String, needing others: [(name: String, isGiven: Bool)]) throws
        -> DataOptions
    {
        let needed = [("DATASET", dataset != nil), ("--size", size != nil)] + others
        let missing = needed.filter { !$0.1 }.map(\.0)
        guard missing.isEmpty, let dataset, let size else {
            throw ValidationError(
                "nothing was begun in \(output), and to begin it give \(missing.joined(separator: ", "))"
            )
        }
        var data = DataOptions(
            dataset: dataset,
            preparation: PreparationOptions(
                size: SIMD3(size.width, size.height, size.depth), fit: fit ?? .resize))
        apply(to: &data)
        return data
    }

    /// Takes what is given.
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

    /// Takes what is given.
    func apply(to machine: inout MachineOptions) {
        if let cache { machine.cache = cache }
    }
}

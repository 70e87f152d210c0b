internal import ArgumentParser
internal import Datasets
internal import Torch

/// Which images are trained on, and how they are prepared and divided.
struct DataArguments: ParsableArguments {
    @Option(help: "Size that images are brought to: 64, or x, y and z as in 48x64x32.")
    var size: Extent

    @Option(help: "Resize images to the size, or pad them with their voxels as they are.")
    var fit = PreparationOptions.Fit.resize

    @Option(
        help: ArgumentHelp(
            """
            How cases are divided: percent for training, validation and test; all; folds or listed for a \
            datalist; or a .json file such as splits_final.json.
            """, valueName: "split"), transform: Self.splitPlan)
    var split = SplitPlan.shuffled(.paper)

    @Option(help: "Which shuffle of the cases, fold, or split of the file: counted from 0.")
    var splitIndex = 0

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

    func validate() throws {
        guard (0..<1_000_000).contains(splitIndex) else {
            throw ValidationError(
                "--split-index is 0 to 999,999, and \(splitIndex) is given")
        }
        if groups != nil, !split.isShuffled {
            throw ValidationError(
                """
                --groups keeps cases together where they are shuffled, as by --split 50/20/30: '\(split)' says already \
                which case is in which part
                """)
        }
    }

    private static func splitPlan(_ text: String) throws -> SplitPlan {
        do {
            return try SplitPlan(parsing: text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    var preparation: PreparationOptions {
        PreparationOptions(size: SIMD3(size.width, size.height, size.depth), fit: fit)
    }

    var splitOptions: SplitOptions {
        SplitOptions(
            plan: split, index: splitIndex, groups: groups.map { SplitGroups(parsing: $0) })
    }
}

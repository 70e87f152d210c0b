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

    @Option(
        help: """
            Bring all images to this size, in voxels: 64, or x, y and z as in 48x64x32. By default networks are \
            trained on patches, as segnas3d plan says.
            """)
    var size: Extent?

    @Option(
        help:
            "With --size, resize images, which is the default, or pad them and keep their voxels."
    )
    var fit: PreparationOptions.Fit?

    @Option(
        help: """
            Train on patches of this size, in voxels: 64, or x, y and z as in 96x96x32. By default as the memory allows.
            """)
    var patch: Extent?

    @Option(
        help: ArgumentHelp(
            """
            Voxels of the prepared images, for patches and --fit pad: in mm as in 1 or 0.6x0.6x3.6, stored, or \
            isotropic. By default as planned for patches, and stored with --fit pad.
            """, valueName: "spacing"))
    var spacing: PreparationOptions.Spacing?

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

    func validate() throws {
        if patch != nil {
            guard size == nil, fit == nil || fit == .patch else {
                throw ValidationError(
                    "--patch keeps images as they are, --size and --fit bring all to one size: give one of them"
                )
            }
        }
        guard fit != .patch || size == nil else {
            throw ValidationError(
                "give the size of the patches with --patch, instead of --fit patch and --size")
        }
        guard spacing == nil || size == nil || fit == .pad else {
            throw ValidationError(
                "--spacing goes with --patch and --fit pad; --size alone sets the voxels")
        }
    }

    private static func splitPlan(_ text: String) throws -> SplitPlan {
        do {
            return try SplitPlan(parsing: text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// The images of new work at one size; nil where they are planned.
    func wholeImages(of dataset: String) throws -> DataOptions? {
        guard let size else {
            guard fit == nil || fit == .patch else {
                throw ValidationError("--fit brings images to the size that --size gives")
            }
            return nil
        }
        var data = DataOptions(
            dataset: dataset, preparation: PreparationOptions(size: size.xyz, fit: fit ?? .resize))
        apply(to: &data)
        return data
    }

    /// Refuses voxels of several sizes where a patch is to be planned, which needs one.
    func checkSpacing() throws {
        guard let spacing, patch == nil, size == nil else { return }
        guard case .fixed = spacing else {
            throw ValidationError(
                "--spacing \(spacing) needs --patch: patches are planned for voxels in mm")
        }
    }

    /// What a plan keeps of the images of new work.
    var given: GivenChoices {
        var given = GivenChoices(patch: patch?.xyz)
        if case .fixed(let mm) = spacing { given.spacing = mm }
        return given
    }

    /// Applies the options that were given.
    func apply(to data: inout DataOptions) {
        if let dataset { data.dataset = dataset }
        apply(to: &data.preparation)
        if let split { data.split.plan = split }
        if let splitIndex { data.split.index = splitIndex }
        if let groups { data.split.groups = SplitGroups(parsing: groups) }
        if case .file = split { data.keepsSplit = false }
        if groups != nil { data.keepsSplit = false }
        data.allowed.formUnion(allowance.kinds)
    }

    private func apply(to preparation: inout PreparationOptions) {
        let voxels = (patch ?? size)?.xyz ?? preparation.size
        var fit = fit ?? preparation.fit
        if patch != nil { fit = .patch }
        if size != nil, self.fit == nil, fit == .patch { fit = .resize }
        if fit != preparation.fit { preparation = PreparationOptions(size: voxels, fit: fit) }
        preparation.size = voxels
        if let spacing { preparation.spacing = spacing }
    }

    /// Applies the options that were given.
    func apply(to machine: inout MachineOptions) {
        if let cache { machine.cache = cache }
    }
}

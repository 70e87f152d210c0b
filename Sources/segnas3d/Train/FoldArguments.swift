internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments

/// The argument for a cross-validation.
struct FoldArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Train on all folds of a cross-validation, one after the other: this many equal parts of the cases, or \
            those of --split splits_final.json or --split folds. --minutes is the time of each.
            """, valueName: "count"))
    var folds: Int?

    /// The number of folds to train, also of a cross-validation that was begun there; nil for one run.
    func count(in output: String) throws -> Int? {
        let begun = RunOptions.foldCount(in: output)
        if folds != nil, begun == nil, RunOptions(ofRun: output) != nil {
            throw ValidationError(
                "\(output) holds a run without --folds: leave --folds out, or give another --output"
            )
        }
        return folds ?? begun
    }

    /// Refuses shares, which folds do not have, and weights that may know the cases that a fold keeps back.
    func check(_ data: DataArguments, _ origin: OriginArguments) throws {
        guard origin.from == nil else {
            throw ValidationError(
                "--from does not go with --folds: the model may have seen the cases that a fold keeps back"
            )
        }
        guard folds != nil, let split = data.split, split.isShuffled else { return }
        throw ValidationError(
            "--folds divides the cases into equal parts: leave out --split \(split)")
    }
}

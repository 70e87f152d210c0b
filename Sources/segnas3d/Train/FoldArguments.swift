internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments

/// The arguments for several trainings of one network: on the folds of a cross-validation, and with several seeds.
struct FoldArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Train on all folds of a cross-validation, one after the other: this many equal parts of the cases, or \
            those of --split splits_final.json or --split folds. --minutes is the time of each.
            """, valueName: "count"))
    var folds: Int?

    @Option(
        help: ArgumentHelp(
            """
            Train the network, or that of each fold, with this many seeds, one after the other; the model is the mean \
            of all. --minutes is the time of each. May be changed when the work is resumed.
            """, valueName: "count"))
    var seeds: Int?

    /// What is to be trained, also of work that was begun there; nil for one run.
    func trainings(in output: String) throws -> FoldTrainings? {
        let begun = RunOptions.trainings(in: output)
        if begun == nil, RunOptions(ofRun: output) != nil, let option = asked {
            throw ValidationError(
                "\(output) holds a run without \(option): leave \(option) out, or give another --output"
            )
        }
        for (option, count, least) in [("--folds", folds, 2), ("--seeds", seeds, 1)] {
            if let count, !(least...100).contains(count) {
                throw ValidationError("\(option) must be \(least) to 100, and \(count) is given")
            }
        }
        guard begun != nil || asked != nil else { return nil }
        return FoldTrainings(
            folds: folds ?? begun?.folds ?? 1, seeds: seeds ?? begun?.seeds ?? 1)
    }

    /// The option that asks for more than one run; nil if none does.
    private var asked: String? {
        if folds != nil { return "--folds" }
        return seeds ?? 1 == 1 ? nil : "--seeds"
    }

    /// Refuses shares, which folds do not have, and weights that may know the cases that a fold keeps back.
    func check(_ trainings: FoldTrainings, _ data: DataArguments, _ origin: OriginArguments) throws
    {
        guard trainings.folds > 1 else { return }
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

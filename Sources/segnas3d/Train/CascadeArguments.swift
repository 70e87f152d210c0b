internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASSegmentation

/// The argument for a cascade.
struct CascadeArguments: ParsableArguments {
    @Flag(
        help: """
            Train two stages: networks on images of a low resolution, as segnas3d plan says, then one at the full \
            resolution that sees what they predict. For images of which a patch covers less than a quarter.
            """)
    var cascade = false

    /// Whether a cascade is to be trained, or was begun there.
    func isAsked(in output: String) throws -> Bool {
        let isBegun = CascadeOptions(ofCascade: output) != nil
        if cascade, !isBegun, RunOptions(ofRun: output) != nil {
            throw ValidationError(
                "\(output) holds a run without --cascade: leave --cascade out, or give another --output"
            )
        }
        return cascade || isBegun
    }

    /// Refuses what a cascade does not go with.
    func check(
        _ data: DataArguments, _ origin: OriginArguments, _ folds: FoldArguments
    ) throws {
        guard folds.seeds ?? 1 == 1 else {
            throw ValidationError(
                "--seeds does not go with --cascade: give --folds, or leave it out")
        }
        guard origin.from == nil else {
            throw ValidationError("--from does not go with --cascade: each stage begins afresh")
        }
        guard data.size == nil, data.fit == nil || data.fit == .patch else {
            throw ValidationError(
                "--cascade is for patches of large images: leave out --size and --fit")
        }
    }
}

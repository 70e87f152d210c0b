internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASTorch

/// What a workload measures, where it is the user's choice.
struct BenchInputs: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "For nifti-read: a file to read, instead of a generated one; may be repeated.",
            valueName: "file"))
    var images: [String] = []

    @Option(
        help: ArgumentHelp(
            "For metrics: a label map, instead of a generated pair.", valueName: "file"))
    var reference: String?

    @Option(
        help: ArgumentHelp(
            "For metrics: the label map that is compared with the reference.", valueName: "file"))
    var prediction: String?

    @Option(help: "For metrics, predict and restore: labels, the background included.")
    var classes = 20

    @Option(help: ArgumentHelp("For prepare: a dataset's folder.", valueName: "folder"))
    var dataset: String?

    @Option(
        help: """
            For prepare: voxels to prepare to, 64 by default, or x, y and z as in 48x64x32. For \
            augment: voxels along each axis, 128 by default. For train-step and inference: likewise, \
            64 by default. For restore: the image's, 256 by default. For predict: likewise, 160x200x165 by default. For shared-machine: 32 by default.
            """)
    var size: Extent?

    @Option(help: "For predict: voxels of a tile, 64 by default, or x, y and z.")
    var patch: Extent?

    @Option(
        help: "For prepare: resize images to the size, or pad them with their voxels as they are.")
    var fit = PreparationOptions.Fit.resize

    @Option(help: "For study: recorded trials.")
    var trials = 5000

    @Option(help: "For train-step, inference and predict: channels of the network's first block.")
    var n = 16

    @Option(
        help:
            "For train-step, inference and predict: type of activations: auto, float32 or bfloat16."
    )
    var precision = Precision.auto

    func validate() throws {
        guard (reference == nil) == (prediction == nil) else {
            throw ValidationError("--reference and --prediction belong together")
        }
        guard trials >= 1 else {
            throw ValidationError("--trials must be at least 1, and \(trials) is given")
        }
        guard (2...65536).contains(classes) else {
            throw ValidationError("--classes must be 2 to 65536, and \(classes) is given")
        }
    }

    /// The reference and the prediction, where they are given.
    var labelMaps: (reference: String, prediction: String)? {
        guard let reference, let prediction else { return nil }
        return (reference, prediction)
    }
}

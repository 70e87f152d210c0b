internal import ArgumentParser
internal import Datasets
internal import Torch

/// What a workload measures, where it is the user's choice.
struct BenchInputs: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "For nifti-read: a file to read, instead of a generated one; may be repeated.",
            valueName: "file"))
    var images: [String] = []
    @Option(help: "For prepare: a dataset's folder.")
    var dataset: String?

    @Option(help: "For prepare: voxels to prepare to, 64, or x, y and z as in 48x64x32.")
    var size: Extent = 64

    @Option(
        help: "For prepare: resize images to the size, or pad them with their voxels as they are.")
    var fit = PreparationOptions.Fit.resize
}

internal import ArgumentParser

/// What a workload measures, where it is the user's choice.
struct BenchInputs: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "For nifti-read: a file to read, instead of a generated one; may be repeated.",
            valueName: "file"))
    var images: [String] = []

    @Option(help: "For augment: voxels along each axis of the image.")
    var size = 128

    func validate() throws {
        guard (2...1024).contains(size) else {
            throw ValidationError("--size must be from 2 to 1024, and \(size) is given")
        }
    }
}

internal import ArgumentParser

/// What a workload measures, where it is the user's choice.
struct BenchInputs: ParsableArguments {
    @Option(
        name: .customLong("image"),
        help: ArgumentHelp(
            "For nifti-read: a file to read, instead of a generated one; may be repeated.",
            valueName: "file"))
    var images: [String] = []
}

internal import ArgumentParser
internal import SegNASExperiments

/// Arguments for the time of a training, instead of its epochs.
struct TimeArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Choose as many epochs, and steps of an epoch of patches, as this time has room for, from the beginning of \
            the command to the last epoch's end. They follow from the pace that is measured before the first step.
            """, valueName: "minutes"))
    var minutes: Double?

    func validate(epochs: Int?) throws {
        guard minutes == nil || epochs == nil else {
            throw ValidationError("--minutes chooses the number of epochs: leave out --epochs")
        }
    }

    /// Applies the time; `epochs` that are given take its place in a run that is resumed.
    func apply(to options: inout RunOptions, epochs: Int?) {
        if let minutes { options.minutes = minutes }
        if epochs != nil { options.minutes = nil }
    }
}

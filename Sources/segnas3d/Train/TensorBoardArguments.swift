internal import ArgumentParser
internal import SegNASExperiments

/// Arguments for event files.
struct TensorBoardArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Write event files for TensorBoard below this folder: loss, learning rate and validation Dice of epochs, \
            and of a search the best Dice so far. Give it again to go on in them.
            """, valueName: "folder"))
    var tensorboard: String?

    /// A monitor that writes the files, if they were asked for.
    func observing(_ monitor: Monitor, of work: String) -> Monitor {
        tensorboard.map { TensorBoard(folder: $0, of: work).observing(monitor) } ?? monitor
    }
}

internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation

/// `segnas3d train`: a network for a dataset.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on a dataset.",
        discussion: """
            Writes a run: a folder with the plan, a log, checkpoints and in the end the model. A run that \
            was interrupted goes on with segnas3d train --output RUN alone, and on a CPU it ends bit for bit as if it had not \
            been interrupted. Ctrl-C \
            ends a run where it can be resumed; a second one ends the program at once.

            Exits with 3 for a fault of the dataset, 4 where memory does not suffice, 130 when interrupted.
            """)

    @Option(
        help:
            "unet3d, vnet, nnunet, nnunet-resenc, an architecture's JSON file, or a study, whose best is taken."
    )
    var network: String?

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The run's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var display: DisplayOptions

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: display.quiet)
        defer { display.finish() }
        let session = try RunSession(options(), in: output, monitor: display.monitor)
        let result = try session.run()
        display.finish()
        let report = TrainingReport(result, labels: session.labels)
        print(self.display.json ? try report.json() : report.text())
    }

    /// What is asked for; of a run that was begun, what its plan says where nothing is given.
    private func options() throws -> RunOptions {
        let architecture = try network.map { try Architecture(argument: $0, orStudy: true) }
        var options: RunOptions
        if let begun = RunOptions(ofRun: output) {
            options = begun
            data.apply(to: &options.data)
            if let architecture { options.network = architecture }
        } else {
            let images = try data.begun(
                in: output, needing: [("--network", architecture != nil)])
            guard let architecture else { preconditionFailure("no network, which is needed") }
            options = RunOptions(data: images, network: architecture)
        }
        training.apply(to: &options.training)
        compute.apply(to: &options.training)
        compute.apply(to: &options.machine)
        data.apply(to: &options.machine)
        return options
    }
}

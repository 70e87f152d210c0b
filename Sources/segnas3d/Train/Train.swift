internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation

/// `segnas3d train`: trains a network on a dataset.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on a dataset.",
        discussion: """
            Writes a run: a folder with the plan, a log, checkpoints and, in the end, the model. To resume a run that \
            was interrupted, run segnas3d train --output RUN; on a CPU it ends bit for bit as if it had not been \
            interrupted. Ctrl-C ends a run so that it can be resumed; a second Ctrl-C ends the program at once.

            Exits with 2 if options differ from those of the run, 3 for a fault of the dataset, 4 if there is not \
            enough memory, 130 when interrupted.
            """)

    @Option(
        help:
            "unet3d, vnet, nnunet, nnunet-resenc, an architecture's JSON file, or a study, for its best network."
    )
    var network: String?

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @OptionGroup var time: TimeArguments

    @OptionGroup var origin: OriginArguments

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Folder of the run, new or to be resumed.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeArguments

    @OptionGroup var display: DisplayArguments

    func validate() throws {
        try time.validate(epochs: training.epochs)
    }

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

    /// The options that were given; if the run exists, its plan supplies the others.
    private func options() throws -> RunOptions {
        let architecture = try network.map { try Architecture(argument: $0, orStudy: true) }
        var options: RunOptions
        if let begun = RunOptions(ofRun: output) {
            options = begun
            data.apply(to: &options.data)
            if let architecture { options.network = architecture }
            try origin.apply(to: &options)
        } else if let begun = try origin.newOptions(of: data, in: output) {
            options = begun
            if let architecture { options.network = architecture }
        } else {
            let images = try data.newOptions(
                in: output, needing: [("--network", architecture != nil)])
            guard let architecture else { preconditionFailure("no network, which is needed") }
            options = RunOptions(data: images, network: architecture)
        }
        training.apply(to: &options.training)
        time.apply(to: &options, epochs: training.epochs)
        compute.apply(to: &options.training)
        compute.apply(to: &options.machine)
        data.apply(to: &options.machine)
        return options
    }
}

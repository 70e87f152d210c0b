internal import ArgumentParser
internal import Datasets
internal import Host
internal import Search
internal import Segmentation
internal import Torch

/// `segnas3d train`: a network for a dataset.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on a dataset.",
        discussion: """
            Writes a run: a folder with the plan, a log, checkpoints and in the end the model. The same command \
            resumes a run that was interrupted, and a CPU's run then ends bit for bit as if it had not been. Ctrl-C \
            ends a run where it can be resumed; a second one ends the program at once.

            Exits with 3 for a fault of the dataset, 4 where memory does not suffice, 130 when interrupted.
            """)

    @Argument(help: "A dataset's folder, or a datalist (.json).")
    var dataset: String

    @Option(help: "unet3d, vnet, an architecture's JSON file, or a study, whose best is taken.")
    var network: String

    @OptionGroup var data: DataArguments

    @OptionGroup var training: TrainingArguments

    @Option(name: .shortAndLong, help: ArgumentHelp("The run's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeOptions

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard !compute.device.contains(",") else {
            throw ValidationError("a network is trained on one device: give --device cuda:0")
        }
    }

    func run() throws {
        SignalWatch.start()
        guard let architecture = try Architecture(argument: network) else {
            throw ValidationError(
                "'\(network)' is no network: give unet3d, vnet, an architecture's .json file or a study"
            )
        }
        let devices = try compute.apply()
        var task = TrainingTask(
            try Dataset(
                contentsOf: dataset, threads: compute.host.threadCount,
                allowing: data.allowance.kinds), architecture,
            preparation: data.preparation, split: data.splitOptions,
            options: training.options(precision: compute.precision, seed: compute.seed))
        task.allowed = data.allowance.kinds
        let machine = TrainingMachine(
            device: devices[0], threads: compute.host.threadCount, cache: data.cache,
            version: version)
        let progress = TrainingDisplay(isQuiet: display.quiet)
        defer { progress.finish() }
        let trainer = Trainer(
            task, run: output, on: machine, isEndRequested: { SignalWatch.isEndRequested },
            report: progress.show)
        let result = try trainer.train()
        progress.finish()
        let report = TrainingReport(result, labels: task.dataset.labels)
        print(display.json ? try report.json() : report.text())
    }
}

internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation

/// `segnas3d train`: trains a network on a dataset.
struct Train: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on a dataset.",
        discussion: """
            Writes a run: a folder with the plan, a log, checkpoints and, in the end, the model. To resume a run that \
            was interrupted, run segnas3d train --output RUN; on a CPU it ends bit for bit as if it had not been \
            interrupted. Ctrl-C ends a run so that it can be resumed; a second Ctrl-C ends the program at once.

            With --folds, RUN holds a run for each fold; the model is their mean. Each case is predicted by the fold \
            that has not seen it: RUN/crossvalidation.json evaluates that, and RUN/postprocessing.json has the \
            clean-up that these predictions have chosen, which predict then does. With --seeds it holds a run for \
            each seed, of each fold if both are given.

            With --cascade, RUN/low holds a cross-validation at a low resolution and RUN/full the training that sees \
            its predictions; RUN is the model.

            Exits with 2 if options differ from those of the run, 3 for a fault of the dataset, 4 if there is not \
            enough memory, 130 when interrupted.
            """)

    @Option(
        help: """
            unet3d, vnet, nnunet, nnunet-resenc, an architecture's JSON file, or a study, for its best network; by \
            default the one that segnas3d plan names.
            """)
    var network: String?

    @OptionGroup var data: DataArguments

    @OptionGroup var folds: FoldArguments

    @OptionGroup var cascade: CascadeArguments

    @OptionGroup var training: TrainingArguments

    @OptionGroup var time: TimeArguments

    @OptionGroup var origin: OriginArguments

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Folder of the run, new or to be resumed.", valueName: "folder"))
    var output: String

    @OptionGroup var compute: ComputeArguments

    @OptionGroup var events: TensorBoardArguments

    @OptionGroup var display: DisplayArguments

    @OptionGroup var configuration: ConfigurationArguments

    func validate() throws {
        try time.validate(epochs: training.epochs)
    }

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: display.quiet)
        defer { display.finish() }
        if !configuration.printConfig, try cascade.isAsked(in: output) {
            return try trainCascade(display)
        }
        let options = try options(display.monitor)
        if configuration.printConfig {
            display.finish()
            let chosen = options.data.chosen.merging(options.training.chosen) { $1 }
            return print(try ConfigurationText(of: Self.self, chosen: chosen).text, terminator: "")
        }
        if let trainings = try folds.trainings(in: output) {
            return try crossValidate(options, trainings, display)
        }
        let session = try RunSession(options, in: output, monitor: monitor(display))
        let result = try session.run()
        display.finish()
        let report = TrainingReport(result, labels: session.labels)
        print(self.display.json ? try report.json() : report.text())
    }

    private func monitor(_ display: ExperimentDisplay) -> Monitor {
        events.observing(display.monitor, of: output)
    }

    private func trainCascade(_ display: ExperimentDisplay) throws {
        try cascade.check(data, origin, folds)
        let count = folds.folds ?? CascadeOptions.foldCount(in: output)
        if let count { try folds.check(FoldTrainings(folds: count), data, origin) }
        let session = try CascadeSession(
            cascadeOptions(display.monitor), folds: count, in: output, monitor: monitor(display))
        let result = try session.run()
        display.finish()
        let report = CascadeReport(result, labels: session.labels)
        print(self.display.json ? try report.json() : report.text())
    }

    private func crossValidate(
        _ options: RunOptions, _ trainings: FoldTrainings, _ display: ExperimentDisplay
    ) throws {
        try folds.check(trainings, data, origin)
        let session = try CrossValidationSession(
            options, trainings, in: output, monitor: monitor(display))
        let result = try session.run()
        display.finish()
        let report = CrossValidationReport(result, labels: session.labels)
        print(self.display.json ? try report.json() : report.text())
    }

    /// The options that were given; if the run exists, its plan supplies the others.
    private func options(_ monitor: Monitor) throws -> RunOptions {
        let network = try network.map { try PlannedNetwork(argument: $0, orStudy: true) }
        var options: RunOptions
        if let begun = RunOptions(ofRun: output) {
            options = begun
            data.apply(to: &options.data)
            try origin.apply(to: &options)
            apply(network, to: &options)
        } else if let begun = try origin.newOptions(of: data, in: output) {
            options = begun
            let fit = options.data.preparation.fit
            (training.recipe ?? .standing(for: fit)).apply(to: &options.training, fit: fit)
            apply(network, to: &options)
        } else {
            let work = try NewWork(
                WorkArguments(data: data, training: training, compute: compute),
                network: .planned(network ?? .standard), in: output, monitor: monitor)
            options = RunOptions(
                data: work.data,
                network: (network ?? .standard).architecture(for: work.data.preparation),
                training: work.training)
        }
        applyToHost(&options)
        return options
    }

    /// The options of a cascade that were given; if it exists, its plan supplies the others.
    private func cascadeOptions(_ monitor: Monitor) throws -> CascadeOptions {
        let network = try network.map { try PlannedNetwork(argument: $0, orStudy: true) }
        var options: CascadeOptions
        if let begun = CascadeOptions(ofCascade: output) {
            options = begun
            // The low resolution stays as it was planned.
            let (images, batch) = (begun.low.data.preparation, begun.low.training.batchSize)
            for stage in [\CascadeOptions.low, \.full] {
                data.apply(to: &options[keyPath: stage].data)
                apply(network, to: &options[keyPath: stage])
            }
            options.low.data.preparation = images
            options.low.training.batchSize = batch
        } else {
            let work = try NewWork(
                WorkArguments(data: data, training: training, compute: compute, isCascade: true),
                network: .planned(network ?? .standard), in: output, monitor: monitor)
            guard var low = work.firstStage else {
                preconditionFailure("a cascade without a plan of its first stage")
            }
            low.data.split = work.data.split
            let full = (network ?? .standard).architecture(for: work.data.preparation)
            options = CascadeOptions(
                low: low,
                full: RunOptions(data: work.data, network: full, training: work.training))
        }
        applyToHost(&options.low)
        applyToHost(&options.full)
        return options
    }

    /// Applies what was given for the time and the machine.
    private func applyToHost(_ options: inout RunOptions) {
        time.apply(to: &options, epochs: training.epochs)
        compute.apply(to: &options.machine)
        training.apply(to: &options.machine)
        data.apply(to: &options.machine)
    }

    /// Applies the network and the training options that were given to options with images.
    private func apply(_ network: PlannedNetwork?, to options: inout RunOptions) {
        let images = options.data.preparation
        if let network { options.network = network.architecture(for: images) }
        training.apply(to: &options.training, fit: images.fit)
        compute.apply(to: &options.training)
    }
}

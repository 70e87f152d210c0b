internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// `segnas3d predict`: label maps for images, by a trained model.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Segment images with a trained model.",
        discussion: """
            Writes one label map for each case, DIR/CASE.nii.gz, on the grid of its image and with the dataset's own \
            label values. Cases that are there already are kept, so an interrupted command goes on where it stopped. \
            An image that cannot be read does not stop the others: it is named in the end, and the exit code is 1.

            INPUT: an image file; a folder of images or of DICOM series; or a dataset, of which the cases without labels \
            are taken, or those that --part names. Channels of a case are files named CASE_0000.nii.gz, CASE_0001.nii.gz, \
            and so on, or one file that holds them all.
            """)

    @Argument(help: "A model, or the folder of a run or study.")
    var model: String

    @Argument(help: "Images, folders of images, and datasets.")
    var input: [String]

    @Option(help: "Folder for the label maps; made if it is not there.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "Take the mean with this model too; may be repeated. All must know the same labels.",
            valueName: "model"))
    var ensemble: [String] = []

    @Option(
        help: ArgumentHelp(
            "Of datasets, predict this part of the split that the run or study was trained with: training, validation or test.",
            valueName: "part"))
    var part: Split.Part?

    @Option(
        help: ArgumentHelp(
            "Predict mirrored images too, and take the mean: any of x, y and z, as in xyz. x runs from left to right: do not mirror along it where labels tell left from right.",
            valueName: "axes"))
    var mirror: MirrorAxes?

    @Flag(help: "Write the classes' probabilities too: DIR/probabilities/CASE.nii.gz.")
    var probabilities = false

    @Flag(help: "Predict again what is there already.")
    var overwrite = false

    @OptionGroup var dicom: SeriesOptions

    @OptionGroup var display: DisplayOptions

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        guard !input.isEmpty else { throw ValidationError("name at least one INPUT") }
    }

    func run() throws {
        SignalWatch.start()
        let device = try compute.start()[0]
        let locations = try ([model] + ensemble).map { try ModelLocation(of: $0) }
        let models = try locations.map { try Model(contentsOf: $0.model, device: device) }
        let options = PredictionOptions(
            precision: compute.precision ?? .auto, mirroredAxes: mirror?.axes ?? [],
            keepsProbabilities: probabilities, scratch: output, series: dicom.series,
            threads: compute.machine.threadCount)
        let predictor = try Predictor(models, options)
        let inputs = try ImageInputs(
            input, channels: models[0].description.channels,
            named: models[0].description.preparation.channels.map(\.name),
            of: choice(locations[0]), threads: compute.machine.threadCount)
        var standardError = StandardError()
        for note in inputs.notes { print(note, to: &standardError) }
        let folder = try PredictionFolder(
            output, of: PredictionRecord(locations, models, options), cases: inputs.cases,
            overwrites: overwrite, probabilities: probabilities)
        let progress = Progress("Predicting", isQuiet: display.quiet)
        let job = PredictionJob(
            predictor: predictor, folder: folder,
            isEndRequested: { SignalWatch.isEndRequested },
            report: { done, all in progress.set(done, of: all) })
        let report = job.run(inputs).spelled
        progress.finish()
        print(display.json ? try JSONDocument.text(of: report, .indented) : report.text())
        for line in report.warnings + report.failures { print(line, to: &standardError) }
        if SignalWatch.isEndRequested {
            print("interrupted: the same command goes on", to: &standardError)
            throw ExitCode(ProgramExit.interrupted.rawValue)
        }
        if let code = report.exitCode { throw ExitCode(code.rawValue) }
    }

    /// Which cases of a dataset are meant.
    private func choice(_ location: ModelLocation) throws -> ImageInputs.Choice {
        guard let part else { return .unlabelled }
        guard let split = try location.split() else {
            throw ValidationError(
                "--part needs the folder of a run or study as MODEL, and \(model) is none: there the split is written"
            )
        }
        return .identifiers(split[part])
    }
}

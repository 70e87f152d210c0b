internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

/// `segnas3d predict`: segments images with a trained model.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Segment images with a trained model.",
        discussion: """
            Writes one label map for each case, DIR/CASE.nii.gz, on the grid of its image and with the dataset's own \
            label values. Existing label maps are kept, so an interrupted command goes on where it stopped. An \
            image that cannot be read does not stop the others: it is named at the end, and the exit code is 1.

            INPUT: an image file; a folder of images or of DICOM series; or a dataset, for its cases without labels or \
            those that --part names. Channels of a case are files named CASE_0000.nii.gz, CASE_0001.nii.gz, and so on, \
            or one file that holds them all.
            """)

    @Argument(help: "A model, or the folder of a run or study.")
    var model: String

    @Argument(help: "Images, folders of images, and datasets.")
    var input: [String]

    @Option(help: "Folder for the label maps; created if it does not exist.")
    var output: String

    @Option(
        help: ArgumentHelp(
            "Take the mean with this model too; may be repeated. All models must have the same labels.",
            valueName: "model"))
    var ensemble: [String] = []

    @Option(
        help: ArgumentHelp(
            "For datasets: the part to predict of the split in the run or study: training, validation or test.",
            valueName: "part"))
    var part: Split.Part?

    @Option(
        help: ArgumentHelp(
            """
            Predict mirrored images too, and take the mean: any of x, y and z, as in xyz. x runs from left to right: \
            do not mirror along it if labels distinguish left from right.
            """,
            valueName: "axes"))
    var mirror: MirrorAxes?

    @Option(
        help: ArgumentHelp(
            """
            Share of their length that neighbouring tiles have in common, where a model sees patches of an image; by \
            default 0.5.
            """, valueName: "share"))
    var overlap: Double?

    @Flag(
        help: "Write the probabilities of classes or regions too: DIR/probabilities/CASE.nii.gz.")
    var probabilities = false

    @Flag(help: "Predict again, and replace existing label maps.")
    var overwrite = false

    @OptionGroup var dicom: SeriesArguments

    @OptionGroup var display: DisplayArguments

    @OptionGroup var compute: ComputeArguments

    func validate() throws {
        guard !input.isEmpty else { throw ValidationError("name at least one INPUT") }
        if let overlap, !(0..<0.95).contains(overlap) {
            throw ValidationError(
                "--overlap is 0 or more and less than 0.95, and \(overlap) is given")
        }
    }

    func run() throws {
        SignalWatch.start()
        let device = try compute.start()[0]
        let locations = try ([model] + ensemble).map { try ModelLocation(of: $0) }
        let models = try locations.map { try Model(contentsOf: $0.model, device: device) }
        let options = PredictionOptions(
            precision: compute.precision ?? .auto, mirroredAxes: mirror?.axes ?? [],
            overlap: overlap ?? 0.5,
            keepsProbabilities: probabilities, scratch: output, series: dicom.series,
            threads: compute.machine.threadCount)
        let predictor = try Predictor(models, options)
        let inputs = try ImageInputs(
            input, channels: models[0].description.channels,
            named: models[0].description.preparation.channels.map(\.name),
            of: choice(locations[0]), threads: compute.machine.threadCount)
        var standardError = StandardError()
        for note in inputs.notes { print(Flags.spelled(in: note), to: &standardError) }
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
            print("interrupted: run the same command to resume", to: &standardError)
            throw ExitCode(ProgramExit.interrupted.rawValue)
        }
        if let code = report.exitCode { throw ExitCode(code.rawValue) }
    }

    /// The cases of a dataset to predict.
    private func choice(_ location: ModelLocation) throws -> ImageInputs.Choice {
        guard let part else { return .unlabelled }
        guard let split = try location.split() else {
            throw ValidationError(
                "--part needs the folder of a run or study as MODEL, which records the split; \(model) is neither"
            )
        }
        return .identifiers(split[part])
    }
}

extension PredictionResult {
    private func count(_ state: State) -> Int { cases.count { $0.state == state } }

    /// The same result, with flags for the properties that errors name.
    var spelled: PredictionResult {
        var result = self
        for index in cases.indices {
            result.cases[index].error = cases[index].error.map { Flags.spelled(in: $0) }
        }
        return result
    }

    /// The exit code; nil if no case failed.
    var exitCode: ProgramExit? {
        let failed = cases.filter { $0.state == .failed }
        guard !failed.isEmpty else { return nil }
        return failed.allSatisfy(\.isOutOfMemory) ? .outOfMemory : .failed
    }

    /// One line about all cases.
    func text() -> String {
        var counts = ["\(count(.predicted)) predicted"]
        if count(.kept) > 0 { counts.append("\(count(.kept)) there already") }
        if count(.failed) > 0 { counts.append("\(count(.failed)) failed") }
        return "\(output): " + counts.joined(separator: ", ")
    }

    /// A line for each kind of remark.
    var warnings: [String] {
        DatasetFault.summary(cases.flatMap(\.warnings)).map {
            Flags.spelled(in: "Warning: " + $0.printable)
        }
    }
}

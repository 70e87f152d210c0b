internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASTorch

/// `segnas3d predict`: segments images with a trained model.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Segment images with a trained model.",
        discussion: """
            Writes one label map for each case, DIR/CASE.nii.gz, on the grid of its image and with the dataset's own \
            label values; beside them the labels' names and colours (labels.json, labels.ctbl for 3D Slicer, \
            labels.txt for ITK-SNAP) and their volumes in ml (volumes.csv). Existing label maps are kept, so an \
            interrupted command goes on where it stopped. An image that cannot be read does not stop the others: it \
            is named at the end, and the exit code is 1.

            INPUT: an image file; a folder of images or of DICOM series; or a dataset, for its cases without labels or \
            those that --part names. Channels of a case are files named CASE_0000.nii.gz, CASE_0001.nii.gz, and so on, \
            or one file that holds them all.
            """)

    @Argument(
        help:
            """
            A model, one in a zip file of export, or the folder of a run or study; that of train --folds is the mean \
            of all folds.
            """)
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

    @Flag(
        name: .customLong("dicom-seg"),
        help: """
            For DICOM series: write DICOM segmentations too, DIR/CASE.dcm, for archives and viewers. They are a new \
            series of the study, with its patient.
            """)
    var dicomSeg = false

    @Flag(
        name: .customLong("no-postprocessing"),
        help: "Leave out the clean-up of label maps that the folds of MODEL have chosen."
    )
    var noPostProcessing = false

    @Option(help: "PNG file for a picture of up to 24 of the cases with their label maps.")
    var preview: String?

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
        try predict { print(display.json ? try JSONDocument.text(of: $0, .indented) : $0.text()) }
    }

    /// Segments the images.
    ///
    /// - Parameter show: Called with what became of them, before standard error says what is wrong.
    /// - Throws: An `ExitCode` where an image failed or the command was interrupted, after all has been said.
    func predict(_ show: (PredictionResult) throws -> Void) throws {
        SignalWatch.start()
        if let preview { try NewFile.checkAbsence(of: preview) }
        let device = try compute.start()[0]
        let loaded = try ZippedModel.withFolders(of: [model] + ensemble) { try load($0, device) }
        let (ensembles, models, options) = (loaded.ensembles, loaded.models, loaded.options)
        let predictor = try Predictor(models, options)
        let inputs = try ImageInputs(
            input, channels: models[0].description.preparation.channels.count,
            named: models[0].description.preparation.channels.map(\.name),
            of: choice(ensembles[0]), threads: compute.machine.threadCount)
        var standardError = StandardError()
        if let note = cleanUpNote(ensembles, predictor.labels) { print(note, to: &standardError) }
        for note in inputs.notes { print(Flags.spelled(in: note), to: &standardError) }
        if dicom.series != nil, !inputs.cases.contains(where: \.isSeries) {
            print("Note: --series chooses nothing: no input is a DICOM series", to: &standardError)
        }
        let folder = try PredictionFolder(
            output, of: loaded.record, labels: predictor.labels,
            cases: inputs.cases, overwrites: overwrite, probabilities: probabilities,
            segmentations: dicomSeg
                ? try SegmentationFiles(predictor.labels, of: inputs.cases, series: dicom.series)
                : nil)
        let progress = Progress("Predicting", isQuiet: display.quiet)
        let job = PredictionJob(
            predictor: predictor, folder: folder, firstStage: loaded.firstStage,
            isEndRequested: { SignalWatch.isEndRequested },
            report: { done, all in progress.set(done, of: all) })
        let report = job.run(inputs).spelled
        progress.finish()
        try show(report)
        for line in report.warnings + report.failures { print(line, to: &standardError) }
        if SignalWatch.isEndRequested {
            print("interrupted: run the same command to resume", to: &standardError)
            throw ExitCode(ProgramExit.interrupted.rawValue)
        }
        try draw(inputs.cases, report, of: predictor.labels)
        if let code = report.exitCode { throw ExitCode(code.rawValue) }
    }

    /// Models with all that is read from their folders.
    private struct Loaded {
        let ensembles: [ModelEnsemble]
        let models: [Model]
        let options: PredictionOptions
        let firstStage: FirstStagePredictor?
        let record: PredictionRecord
    }

    private func load(_ folders: [String], _ device: Device) throws -> Loaded {
        let ensembles = try folders.map { try ModelEnsemble(of: $0) }
        let locations = ensembles.flatMap(\.models)
        let models = try locations.map { try Model(contentsOf: $0.model, device: device) }
        let options = PredictionOptions(
            precision: compute.precision ?? .auto, mirroredAxes: mirror?.axes ?? [],
            overlap: overlap ?? 0.5,
            keepsProbabilities: probabilities, scratch: output, series: dicom.series,
            postProcessing: cleanUp(ensembles), modelWeights: weights(ensembles),
            threads: compute.machine.threadCount)
        return Loaded(
            ensembles: ensembles, models: models, options: options,
            firstStage: try firstStage(ensembles, options, device),
            record: try PredictionRecord(locations, models, options))
    }

    /// The first stage of a cascade, which writes what the second sees into the folder of the label maps.
    private func firstStage(
        _ ensembles: [ModelEnsemble], _ options: PredictionOptions, _ device: Device
    ) throws -> FirstStagePredictor? {
        let models = ensembles.flatMap(\.firstStage)
        guard !models.isEmpty else { return nil }
        guard ensembles.count == 1 else {
            throw ValidationError("a cascade predicts by itself: leave out --ensemble")
        }
        let folder = FirstStagePredictor.folder(in: output)
        if overwrite { FirstStagePredictor.remove(folder) }
        return try FirstStagePredictor(models, options, in: folder, device: device)
    }

    /// How much each model counts: all models alike, but for those of ensembles, which share what theirs would have.
    private func weights(_ ensembles: [ModelEnsemble]) -> [Double]? {
        guard ensembles.contains(where: { $0.weights != nil }) else { return nil }
        let count = Double(ensembles.reduce(0) { $0 + $1.models.count })
        return ensembles.flatMap { ensemble in
            let share = Double(ensemble.models.count) / count
            return ensemble.weights.map { $0.map { $0 * share } }
                ?? ensemble.models.map { _ in 1 / count }
        }
    }

    /// The clean-up that was chosen for the model, if nothing else is in the mean.
    private func cleanUp(_ ensembles: [ModelEnsemble]) -> PostProcessing? {
        noPostProcessing || ensembles.count > 1 ? nil : ensembles[0].postProcessing
    }

    /// What the user is told about clean-up; nil if none was chosen.
    private func cleanUpNote(_ ensembles: [ModelEnsemble], _ labels: LabelTable) -> String? {
        let chosen = ensembles.compactMap(\.postProcessing).filter { !$0.steps.isEmpty }
        guard let first = chosen.first, !noPostProcessing else { return nil }
        return ensembles.count > 1
            ? "Note: nothing is cleaned up, for that was chosen for one of these models alone"
            : "Note: \(first.words(labels)) (--no-postprocessing keeps all)"
    }

    /// Draws the cases that have label maps, if a preview is wanted.
    private func draw(
        _ cases: [Dataset.Case], _ report: PredictionResult, of labels: LabelTable
    ) throws {
        guard let preview else { return }
        let files = report.labelMaps
        let shown = cases.compactMap { subject in
            files[subject.identifier].map { (subject: subject, labelMap: $0) }
        }
        guard !shown.isEmpty else { return }
        // Two whole images with their label maps are enough to have in memory.
        let sheet = ContactSheet(
            of: shown, labels: labels, series: dicom.series,
            threads: min(2, compute.machine.threadCount))
        try NewFile.write(sheet.picture().png(), to: preview)
    }

    /// The cases of a dataset to predict.
    private func choice(_ ensemble: ModelEnsemble) throws -> ImageInputs.Choice {
        guard let part else { return .unlabelled }
        guard let split = try ensemble.split() else {
            guard ensemble.trainings?.folds ?? 1 == 1 else {
                throw ValidationError(
                    "--part: the folds of \(model) have seen all cases; \(model)/"
                        + "\(CrossValidationFolder.predictionsName) has each by the fold that has not"
                )
            }
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

    /// The label maps of cases that have one.
    var labelMaps: [String: String] {
        let files = cases.compactMap { entry in entry.file.map { (entry.name, $0) } }
        return Dictionary(files) { first, _ in first }
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

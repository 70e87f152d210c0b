internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging

/// `segnas3d evaluate`: compares predicted label maps with references.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Evaluate predicted label maps against references: all metrics, per case and label.",
        discussion: """
            Files are paired by their names without extensions. Labels are named by a dataset.json in or above the \
            folder of references, or in that of predictions. Exits with 1 if a reference has no prediction or a pair \
            cannot be evaluated; all others are evaluated nevertheless.
            """)

    @Option(help: "Folder of reference label maps.")
    var references: String

    @Option(help: "Folder of predicted label maps.")
    var predictions: String

    @Flag(
        help: "Leave out references that have no prediction, for example after predict --part test."
    )
    var partial = false

    @Option(help: "JSON file that names the labels, as nnU-Net's dataset.json does.")
    var labels: String?

    @Option(help: "Tolerance of the normalized surface Dice (NSD), in mm.")
    var tolerance = EvaluationOptions().tolerance

    @Flag(
        help: """
            Count lesions too: connected components of each label. One is found if it shares a voxel with the \
            prediction.
            """)
    var lesions = false

    @Option(
        help: ArgumentHelp(
            "Volume from which on a lesion counts; by default 3 mm³. 0 counts all.",
            valueName: "mm³"))
    var lesionVolume: Double?

    @Option(help: "Seed of the bootstrap for the 95 % intervals.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON document instead of text: nnU-Net's summary.json, and more.")
    var json = false

    @Option(
        help:
            "Cases to evaluate in parallel; by default one for each core that this process may use."
    )
    var threads: Int?

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if let threads, threads < 1 {
            throw ValidationError("--threads must be at least 1, and \(threads) is given")
        }
        guard tolerance >= 0, tolerance.isFinite else {
            throw ValidationError("--tolerance must be 0 mm or more, and \(tolerance) is given")
        }
        if let lesionVolume {
            guard lesionVolume >= 0, lesionVolume.isFinite else {
                throw ValidationError(
                    "--lesion-volume must be 0 mm³ or more, and \(lesionVolume) is given")
            }
            guard lesions else {
                throw ValidationError("--lesion-volume says which --lesions count: give both")
            }
        }
    }

    func run() throws {
        var options = EvaluationOptions()
        options.tolerance = tolerance
        options.lesionVolume = lesions ? lesionVolume ?? LesionCounts.smallestVolume : nil
        options.seed = seed
        let progress = Progress("Evaluating", isQuiet: quiet)
        let result = FolderEvaluation(
            references: references, predictions: predictions, isPartial: partial,
            labels: labels, options: options, threads: threads ?? ThreadEnvironment.current.threads
        ) { progress.advance(of: $0) }
        progress.finish()
        print(
            json
                ? try JSONDocument.text(of: EvaluateDocument(result), .indented)
                : EvaluateReport(result).text())
        if !result.isComplete { throw ExitCode.failure }
    }
}

/// The output of `evaluate --json`: the evaluation, and what could not be evaluated.
struct EvaluateDocument: Encodable {
    private let result: FolderEvaluation

    init(_ result: FolderEvaluation) {
        self.result = result
    }

    private enum Key: String, CodingKey {
        case references, faults
    }

    private struct Fault: Encodable {
        let kind: String
        let severity: DatasetFault.Severity
        let `case`: String?
        let file: String?
        let message: String
    }

    func encode(to encoder: any Encoder) throws {
        try result.evaluation.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(result.referenceCount, forKey: .references)
        let faults = result.faults.map { fault in
            Fault(
                kind: fault.kind, severity: fault.severity, case: fault.caseIdentifier,
                file: fault.file, message: Flags.spelled(in: fault.message))
        }
        try container.encode(faults, forKey: .faults)
    }
}

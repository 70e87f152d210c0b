internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost

/// `segnas3d evaluate`: how well predicted label maps agree with references.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge predicted label maps against references: all metrics, per case and label.",
        discussion: """
            Files belong together by their names without endings. Labels are named by a dataset.json that lies with \
            or around the references, or with the predictions. Exits with 1 if a reference has no prediction or a \
            pair cannot be judged; what can be is judged nevertheless.
            """)

    @Option(help: "Folder of label maps that are right.")
    var references: String

    @Option(help: "Folder of label maps to judge.")
    var predictions: String

    @Flag(help: "Leave out references that have no prediction, as after predict --part test.")
    var partial = false

    @Option(help: "A JSON file with labels, as in nnU-Net's dataset.json.")
    var labels: String?

    @Option(help: "Mm by which surfaces may differ in the normalized surface Dice (NSD).")
    var tolerance = EvaluationOptions().tolerance

    @Option(help: "Seed of the bootstrap that gives the 95 % intervals.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON document, nnU-Net's summary.json and more, instead of text.")
    var json = false

    @Option(
        help: "Cases to judge at a time; by default one for each core that this process may use.")
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
    }

    func run() throws {
        var options = EvaluationOptions()
        options.tolerance = tolerance
        options.seed = seed
        let progress = Progress("Judging", isQuiet: quiet)
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

/// What `evaluate --json` prints: the evaluation, and beside it what could not be judged.
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
                file: fault.file, message: fault.message)
        }
        try container.encode(faults, forKey: .faults)
    }
}

internal import SegNASDatasets

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

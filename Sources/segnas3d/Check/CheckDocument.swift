internal import SegNASDatasets

/// What `check --json` prints.
struct CheckDocument: Encodable {
    let schema = 1
    let sound: Bool
    let layout: Layout?
    let dataset: Description?
    let faults: [Fault]
    let fingerprint: Fingerprint?

    /// Which layout it is taken to have, and why.
    struct Layout: Encodable {
        let name: String
        let evidence: [String]
    }

    struct Description: Encodable {
        let name: String
        let layout: String
        let channels: [String]
        let labels: [LabelTable.Label]
        let background: Int
        let ignore: Int?
        /// Cases with a label map, and without.
        let training: Int
        let test: Int
    }

    struct Fault: Encodable {
        let kind: String
        let severity: DatasetFault.Severity
        let `case`: String?
        let file: String?
        let message: String
        /// Whether `--allow` with its kind makes it a warning.
        let allowable: Bool
    }

    init(_ check: DatasetCheck) {
        sound = check.isSound
        layout = check.recognition.map { Layout(name: $0.layout.rawValue, evidence: $0.evidence) }
        dataset = check.dataset.map { dataset in
            Description(
                name: dataset.name, layout: dataset.layout.rawValue, channels: dataset.channels,
                labels: dataset.labels.foreground, background: dataset.labels.background,
                ignore: dataset.labels.ignore, training: dataset.training.count,
                test: dataset.test.count)
        }
        faults = check.faults.map { fault in
            Fault(
                kind: fault.kind, severity: fault.severity, case: fault.caseIdentifier,
                file: fault.file, message: fault.message, allowable: fault.allowable != nil)
        }
        fingerprint = check.fingerprint
    }
}

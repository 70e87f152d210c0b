internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation

/// `segnas3d check`: shows what a dataset holds, and what is wrong with it.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a dataset: show all its faults at once, and what its images are like.",
        discussion: """
            Reads nnU-Net folders, the Medical Segmentation Decathlon, MONAI datalists, BIDS, one folder per case, and \
            folders of images and labels; says which layout was recognised, and why. Exits with 3 if training would be \
            wrong or impossible: train, search and compare refuse the same faults.
            """)

    @OptionGroup var reading: CheckArguments

    @Option(help: "PNG file for a picture of some cases with their labels.")
    var preview: String?

    func run() throws {
        if let preview { try NewFile.checkAbsence(of: preview) }
        let check = reading.check()
        let report = CheckReport(
            check, source: reading.dataset, allowed: reading.allowance.kinds, plan: plan(check))
        print(reading.display.json ? try report.json() : report.text())
        if let preview, let dataset = check.dataset {
            let sheet = ContactSheet(of: dataset, threads: reading.threadCount)
            try NewFile.write(sheet.picture().png(), to: preview)
        }
        if !check.isSound { throw ExitCode(ProgramExit.dataset.rawValue) }
    }
}

extension Check {
    /// The plan of a sound dataset; nil where there is none to follow.
    private func plan(_ check: DatasetCheck) -> DatasetPlan? {
        guard check.isSound, !reading.display.json else { return nil }
        return try? TrainingPlanner(dataset: reading.dataset).plan(check)
    }
}

/// The output of `check --json`.
struct CheckDocument: Encodable {
    let schema = 1
    let sound: Bool
    let layout: Layout?
    let dataset: Description?
    let faults: [Fault]
    let fingerprint: Fingerprint?

    /// The recognised layout, and the evidence for it.
    struct Layout: Encodable {
        let name: String
        let evidence: [String]
    }

    struct Description: Encodable {
        let name: String
        let layout: String
        let channels: [String]
        let labels: [LabelTable.Label]
        let regions: [LabelTable.Region]?
        let background: Int
        let ignore: Int?
        /// Numbers of cases with a label map, and without.
        let training: Int
        let test: Int
    }

    struct Fault: Encodable {
        let kind: String
        let severity: DatasetFault.Severity
        let `case`: String?
        let file: String?
        let message: String
        /// True if `--allow` with its kind makes it a warning.
        let allowable: Bool
    }

    init(_ check: DatasetCheck) {
        sound = check.isSound
        layout = check.recognition.map { Layout(name: $0.layout.rawValue, evidence: $0.evidence) }
        dataset = check.dataset.map { dataset in
            Description(
                name: dataset.name, layout: dataset.layout.rawValue, channels: dataset.channels,
                labels: dataset.labels.foreground, regions: dataset.labels.regions,
                background: dataset.labels.background,
                ignore: dataset.labels.ignore, training: dataset.training.count,
                test: dataset.test.count)
        }
        faults = check.faults.map { fault in
            Fault(
                kind: fault.kind, severity: fault.severity, case: fault.caseIdentifier,
                file: fault.file, message: Flags.spelled(in: fault.message),
                allowable: fault.allowable != nil)
        }
        fingerprint = check.fingerprint
    }
}

internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSegmentation
internal import SegNASStudy

/// `segnas3d status`: shows the progress of a search or a training.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the progress of a search or a training at any time, even while it runs.",
        discussion: """
            With --csv a table for spreadsheets: a row for each trial of a study, for each epoch of a run, of all its \
            folds and stages, or for each method and split of a comparison. With --csv --epochs a study's rows are the \
            epochs of its trials, once these have ended.
            """)

    @Argument(help: "Folder of the study or run.")
    var study: String

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Print a table of comma-separated values: trials of a study, epochs of a run.")
    var csv = false

    @Flag(help: "With --csv and a study, print the epochs of its trials instead.")
    var epochs = false

    @Option(
        help: ArgumentHelp(
            "Write the study to this new file as a journal of Optuna 5, for optuna-dashboard, and print nothing.",
            valueName: "file"))
    var optuna: String?

    func validate() throws {
        guard [json, csv, optuna != nil].count(where: \.self) <= 1 else {
            throw ValidationError("--json, --csv and --optuna exclude each other")
        }
        guard csv || !epochs else { throw ValidationError("--epochs is for --csv") }
    }

    func run() throws {
        if let optuna { return try writeJournal(to: optuna) }
        if csv { return print(try table(), terminator: "") }
        if let status = CascadeStatus(of: study) {
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        if let status = CrossValidationStatus(of: study) {
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        if FolderKind(of: study) == .run {
            let status = RunStatus(of: study)
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        try FolderKind.checkStudy(study)
        let document = StatusDocument(try StudyStatus(of: study), in: StudyFolder(study))
        guard !json else { return print(try JSONDocument.text(of: document, .indented)) }
        print(document.text() + (document.owner == nil ? "\nno process is working on it" : ""))
    }

    private func table() throws -> String {
        switch FolderKind(of: study) {
        case .comparison: try ComparisonReport(of: study).csv
        case .run, .crossValidation, .cascade: EpochTable(of: study).csv
        case nil where epochs: TrialEpochTable(try StudySnapshot(of: study)).csv
        case nil:
            TrialTable(
                try StudySnapshot(of: study),
                labels: try StudyFolder(study).trainingData()?.preparation.labels
            ).csv
        }
    }

    private func writeJournal(to file: String) throws {
        try NewFile.checkAbsence(of: file)
        try FolderKind.checkStudy(study)
        let record = try StudySnapshot(of: study)
        let name = URL(filePath: study).standardizedFileURL.lastPathComponent
        try NewFile.write(OptunaJournal(record, name: name).text(), to: file)
    }
}

extension FolderKind {
    /// Refuses a run or a comparison in place of a study.
    static func checkStudy(_ path: String) throws(NotAStudy) {
        if let kind = FolderKind(of: path) { throw NotAStudy(path: path, kind: kind) }
    }
}

/// A run or a comparison in place of a study.
struct NotAStudy: Error, CustomStringConvertible {
    let path: String
    let kind: FolderKind

    var description: String {
        switch kind {
        case .run:
            "\(path) is a run of segnas3d train, not a study of segnas3d search: "
                + "segnas3d status \(path) shows its progress"
        case .cascade:
            "\(path) is a cascade of segnas3d train, not a study of segnas3d search: "
                + "segnas3d status \(path) shows its progress"
        case .crossValidation:
            "\(path) is a cross-validation of segnas3d train, not a study of segnas3d search: "
                + "segnas3d status \(path) shows its progress"
        case .comparison:
            "\(path) is a comparison: its page is \(path)/comparison.html, and its studies are in \(path)/split-0 and "
                + "so on: name one of them"
        }
    }
}

internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASStudy

/// `segnas3d status`: how far a search is.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how far a search or a training is, at any time, also while it runs.")

    @Argument(help: "Folder of the study or run.")
    var study: String

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    func run() throws {
        if FolderKind(of: study) == .run {
            let status = RunStatus(of: study)
            return print(
                json ? try JSONDocument.text(of: status, .indented) : status.text(of: study))
        }
        try FolderKind.checkStudy(study)
        let document = StatusDocument(try StudyStatus(of: study))
        guard !json else { return print(try JSONDocument.text(of: document, .indented)) }
        print(document.text() + (document.owner == nil ? "\nnobody works on it" : ""))
    }
}

internal import ArgumentParser
internal import Study

/// `segnas3d status`: how far a search is.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how far a search is, at any time, also while it runs.")

    @Argument(help: "Folder of the study.")
    var study: String

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    func run() throws {
        let document = StatusDocument(try StudyStatus(of: study))
        guard !json else { return print(try documentText(document)) }
        print(document.text() + (document.owner == nil ? "\nnobody works on it" : ""))
    }
}

internal import ArgumentParser
import FoundationEssentials

/// `segnas3d doctor`: what this machine offers, and what is wrong with it.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what this machine offers, and how to mend what is wrong.",
        discussion: "Exits with 1 if something makes the program unusable here.")

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    func run() throws {
        let report = Diagnosis.ofThisMachine()
        print(json ? try report.json() : report.text())
        if report.problems.contains(where: \.isFatal) { throw ExitCode.failure }
    }
}

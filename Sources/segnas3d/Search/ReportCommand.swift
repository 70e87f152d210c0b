internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASReport
internal import SegNASStudy

/// `segnas3d report`: writes everything about a search as one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "Write a report of a search, even one that is still running, as a page that works offline.",
        discussion: """
            One self-contained HTML file: summary, evolution, the best network, all trials with their learning curves, \
            what mattered, and how the best model does on the test cases. It names neither cases nor folders, so it \
            can be passed on; --no-images leaves out the images of test cases.

            An earlier report is replaced; any other file is not.
            """)

    @Argument(help: "Folder of the study.")
    var study: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "HTML file; by default report.html in the study's folder.", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Folder for the evolution, the best network and its block as SVG files.",
            valueName: "folder"))
    var figures: String?

    @Flag(inversion: .prefixedNo, help: "Show images of test cases.")
    var images = true

    func run() throws {
        try FolderKind.checkStudy(study)
        let folder = StudyFolder(study)
        let output = output ?? folder.report
        try ReportFile.check(output)
        let report = try StudyReport(of: folder, showsImages: images)
        try ReportFile.write(try report.html(), to: output)
        print("Wrote \(output)")
        guard let figures else { return }
        for file in try FigureFolder(figures).write(report.figures) { print("Wrote \(file)") }
    }
}

internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASReport
internal import SegNASStudy

/// `segnas3d report`: everything that is known of a search, as one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show a search, also one that still runs, as a page that works offline.",
        discussion: """
            One HTML file with all that it needs: summary, evolution, the best network, all trials with their learning \
            curves, what mattered, and how the best model does on the test cases. It names neither cases nor folders, \
            so that it can be passed on; its images of test cases are left out with --no-images.

            A report is replaced by the next one. Other files are not: name a file that is free.
            """)

    @Argument(help: "Folder of the study.")
    var study: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("By default report.html in the study's folder.", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Write the evolution, the best network and its block there, too, as SVG.",
            valueName: "folder"))
    var figures: String?

    @Flag(inversion: .prefixedNo, help: "Show images of test cases.")
    var images = true

    func run() throws {
        try FolderKind.checkStudy(study)
        let folder = StudyFolder(study)
        let output = output ?? "\(folder.path)/report.html"
        try ReportFile.check(output)
        let report = try StudyReport(of: folder, showsImages: images)
        try ReportFile.write(try report.html(), to: output)
        print("Wrote \(output)")
        guard let figures else { return }
        for file in try FigureFolder(figures).write(report.figures) { print("Wrote \(file)") }
    }
}

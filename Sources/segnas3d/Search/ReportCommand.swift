internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASReport
internal import SegNASStudy

/// `segnas3d report`: writes everything about a search, a training or a comparison as one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: """
            Write a report of a search, a training or a comparison, even one that is still running, as a page that \
            works offline.
            """,
        discussion: """
            One self-contained HTML file. Of a search: summary, evolution, the best network, all trials with their \
            learning curves, what mattered, and how the best model does on the test cases. Of a training: its curves \
            and the test. It names neither cases nor folders, so it can be passed on; --no-images leaves out the \
            images of test cases. segnas3d watch shows the same while the work goes on.

            An earlier report is replaced; any other file is not.
            """)

    @Argument(help: "Folder of the study, run or comparison.")
    var folder: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "HTML file; by default report.html in the folder, of a comparison comparison.html.",
            valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Of a search: folder for the evolution, the best network and its block as SVG files.",
            valueName: "folder"))
    var figures: String?

    @Flag(inversion: .prefixedNo, help: "Show images of test cases.")
    var images = true

    func run() throws {
        let kind = FolderKind(of: folder)
        guard let kind else { return try reportStudy() }
        if figures != nil {
            throw ValidationError("--figures is for studies, and \(folder) is none")
        }
        switch kind {
        case .run: try write("report.html") { try RunReport(of: folder).html() }
        case .comparison:
            try write("comparison.html") { try ComparisonReport(of: folder).html() }
        case .cascade, .crossValidation: try FolderKind.checkStudy(folder)
        }
    }

    private func reportStudy() throws {
        let study = StudyFolder(folder)
        var figures: [(name: String, svg: String)] = []
        try write("report.html") {
            let report = try StudyReport(of: study, showsImages: images)
            figures = report.figures
            return try report.html()
        }
        guard let place = self.figures else { return }
        for file in try FigureFolder(place).write(figures) { print("Wrote \(file)") }
    }

    /// Writes the page, by default into the folder; other files stay as they are.
    private func write(_ name: String, _ html: () throws -> String) throws {
        let output = output ?? "\(StudyFolder(folder).path)/\(name)"
        try ReportFile.check(output)
        try ReportFile.write(try html(), to: output)
        print("Wrote \(output)")
    }
}

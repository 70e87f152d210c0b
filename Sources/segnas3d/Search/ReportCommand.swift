internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASReport
internal import SegNASSegmentation
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
            One self-contained HTML file, results first. Of a search: summary, test cases in images, labels and \
            cases, the best network, evolution, all trials with their learning curves, and what mattered. Of a \
            training: its test cases in images, the test and the curves; of a cross-validation all its cases. It names \
            neither cases nor folders, so it can be passed on; --no-images leaves out the images of cases. \
            segnas3d watch shows the same while the work goes on.

            An earlier report is replaced; any other file is not.
            """)

    @Argument(help: "Folder of the study, run, cross-validation, cascade or comparison.")
    var folder: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            """
            HTML file; by default report.html in the folder, of a comparison comparison.html. With --all-cases a \
            folder, by default report in the folder.
            """,
            valueName: "path"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Of a search: folder for the evolution, the best network and its block as SVG files.",
            valueName: "folder"))
    var figures: String?

    @Flag(inversion: .prefixedNo, help: "Show images of cases.")
    var images = true

    @Flag(
        help: """
            Show all cases in images, and not only as many as 10 MB hold: write a folder with a page and a file for \
            each case.
            """)
    var allCases = false

    @Flag(
        help: """
            Name cases, with lines that open each in 3D Slicer or ITK-SNAP. Such a page holds paths of this machine: \
            names may identify the persons who were scanned.
            """)
    var caseNames = false

    func run() throws {
        let kind = FolderKind(of: folder)
        guard let kind else { return try reportStudy() }
        if figures != nil {
            throw ValidationError("--figures is for studies, and \(folder) is none")
        }
        switch kind {
        case .run:
            if try RunReport(of: folder, showing: nil).test == nil {
                try refuseCases("a run without a test")
            }
            try write("report.html") { try RunReport(of: folder, showing: $0).html() }
        case .crossValidation:
            try write("report.html") { try FoldsReport(of: folder, showing: $0).html() }
        case .cascade:
            try write("report.html") { try StagesReport(of: folder, showing: $0).html() }
        case .comparison:
            try refuseCases("a comparison, whose searches have reports of their own")
            try write("comparison.html") { _ in try ComparisonReport(of: folder).html() }
        }
    }

    /// Refuses options about cases where there are none.
    private func refuseCases(_ words: String) throws {
        for (flag, isGiven) in [("--all-cases", allCases), ("--case-names", caseNames)]
        where isGiven {
            throw ValidationError("\(flag) is for reports with cases, and \(folder) is \(words)")
        }
    }

    private func reportStudy() throws {
        let study = StudyFolder(folder)
        let figureFolder = try self.figures.map { try FigureFolder($0) }
        var figures: [(name: String, svg: String)] = []
        try write("report.html") { display in
            let report = try StudyReport(of: study, showing: display)
            figures = report.figures
            return try report.html()
        }
        for file in try figureFolder?.write(figures) ?? [] { print("Wrote \(file)") }
    }

    /// Writes the page, by default into the folder; other files stay as they are.
    private func write(_ name: String, _ html: (CaseDisplay) throws -> String) throws {
        let path = StudyFolder(folder).path
        let progress = Progress("Reading cases")
        var display = CaseDisplay(showsImages: images)
        display.namesCases = caseNames
        display.report = { progress.advance(of: $0) }
        func read(_ display: CaseDisplay) throws -> String {
            defer { progress.finish() }
            return try html(display)
        }
        guard !allCases else {
            let page = try PageFolder(output ?? "\(path)/report")
            display.page = page
            return print("Wrote \(try page.publish(try read(display)))")
        }
        let output = output ?? "\(path)/\(name)"
        try ReportFile.check(output)
        try ReportFile.write(try read(display), to: output)
        print("Wrote \(output)")
    }
}

internal import ArgumentParser
internal import Host
internal import Report

/// `segnas3d compare`: searches of several spaces beside fixed networks, as in the paper's Table 3.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare searches and fixed networks on several splits of a dataset.",
        discussion: """
            Searches each space and trains each baseline on each split, all in the same way and within the same memory, \
            and judges them on the test parts. A network that does not fit counts as out of memory. The folder gets a \
            table of all methods as comparison.html, .md, .csv, .tex and .json, which is renewed after each of them, and \
            in split-0 and so on their studies and runs, which all other commands take.

            The same command resumes a comparison that was interrupted or killed; it may name more methods, more splits \
            and more --iterations then. --dry-run says what is left to train and how long that may take, and writes nothing.

            Exits with 2 where options are not those of the comparison, 3 for a fault of the dataset, 130 when \
            interrupted or at the end of --time-limit.
            """)

    @OptionGroup var arguments: CompareArguments

    func run() throws {
        let words = CommandLine.arguments.drop { $0 != Self.configuration.commandName }.dropFirst()
        let task = try ComparisonTask(arguments)
        if arguments.dryRun {
            let forecast = try ForecastMaker(task).forecast()
            print(
                arguments.display.json
                    ? try JSONDocument.text(of: forecast, .indented) : forecast.text())
        } else {
            SignalWatch.start()
            let report = try ComparisonSession(task, words: Array(words)).run()
            print(arguments.display.json ? try report.json() : report.markdown)
            if !arguments.display.json { print("\nthe page: \(task.folder.page)") }
        }
    }
}

internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport

/// `segnas3d compare`: compares searches of several spaces with fixed networks, as in the paper's Table 3.
struct CompareCommand: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare searches and fixed networks on several splits of a dataset.",
        discussion: """
            Searches each space and trains each baseline on each split, all in the same way and within the same \
            memory, and evaluates them on the test parts. A network that does not fit counts as out of memory. The \
            folder gets a table of all methods as comparison.html, .md, .csv, .tex and .json, rewritten after each of \
            them, and the studies and runs in split-0 and so on, which all other commands accept.

            To resume a comparison that was interrupted or killed, run segnas3d compare --output FOLDER; methods, \
            splits and --iterations may be added. --dry-run says what is left to train and how long that may take, \
            and writes nothing.

            Exits with 2 if options differ from those of the comparison, 3 for a fault of the dataset, 130 when \
            interrupted or at the end of --time-limit.
            """)

    @OptionGroup var arguments: CompareArguments

    @OptionGroup var configuration: ConfigurationArguments

    func run() throws {
        let display = ExperimentDisplay(isQuiet: arguments.display.quiet)
        defer { display.finish() }
        let options = try arguments.options(display.monitor)
        if configuration.printConfig {
            display.finish()
            let conditions = options.conditions
            let chosen = conditions.data.chosen.merging(conditions.training.chosen) { $1 }
            return print(try ConfigurationText(of: Self.self, chosen: chosen).text, terminator: "")
        }
        if arguments.dryRun {
            let forecast = try ForecastMaker(
                options, in: arguments.output, monitor: display.monitor
            ).forecast()
            display.finish()
            print(
                arguments.display.json
                    ? try JSONDocument.text(of: forecast, .indented) : forecast.text())
        } else {
            SignalWatch.start()
            try handingOver {
                let session = try ComparisonSession(
                    options, in: arguments.output,
                    timeLimit: arguments.conditions.sampling.timeLimit?.seconds,
                    showsImages: arguments.images, monitor: display.monitor)
                let report = try session.run()
                display.finish()
                print(arguments.display.json ? try report.json() : report.markdown)
                if !arguments.display.json { print("\nas a page: \(session.page)") }
            }
        }
    }
}

extension ComparisonForecast {
    func text() -> String {
        guard !methods.isEmpty else { return "\(dataset): nothing is left to train" }
        let cases =
            "\(trainingCases) training, \(validationCases) validation and \(testCases) test cases"
        let columns: [TextTable.Column] =
            [.left("on each split")]
            + ["splits", "trials", "trainings", "epochs", "step", "epoch", "time"]
            .map { .right($0) }
        let table = TextTable(columns: columns, rows: methods.map(row))
        let head = ["\(dataset): \(counted(splits, "split")) into \(cases)", ""]
        let sum = [
            "",
            "left: at most \(grouped(trainings)) trainings, in about \(duration(seconds)) with "
                + "\(counted(workers, "worker")), estimated from steps measured just now",
        ]
        return (head + table.lines + sum + notes).joined(separator: "\n")
    }

    private func row(_ method: Method) -> [String] {
        [
            method.name, "\(method.splits)", method.proposals.map { "\($0)" } ?? "–",
            (method.trainableShare == nil ? "" : "≤ ") + "\(method.trainings)",
            "\(method.epochs)", method.stepSeconds.map { significant($0) + " s" } ?? "–",
            method.epochSeconds.map { significant($0) + " s" } ?? "–",
            method.seconds.map { duration($0) } ?? "–",
        ]
    }

    private var notes: [String] {
        methods.compactMap { method in
            method.reason.map { "\(method.name): \($0)" }
                ?? method.trainableShare.map {
                    "\(method.name): \(percent($0)) of random points can be trained, which the estimate assumes; "
                        + "cached trials take no time"
                }
        }
    }
}

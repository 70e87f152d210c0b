internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASWatching

/// `segnas3d search`: searches a space for the best network for a dataset.
struct SearchCommand: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for a network for a dataset.",
        discussion: """
            Writes a study: a folder with the plan, all trials, the best model (best) and a report. Every network is \
            trained in a separate process. What is not given follows from the images, from the steps of some networks, \
            which are measured, and from --time-limit. To resume a study that was interrupted or killed, run the same \
            command, or segnas3d search --output STUDY; a larger --iterations continues one that was complete, and a \
            smaller one ends it sooner. Ctrl-C ends a search so that it can be resumed.

            Networks are compared by their validation Dice. When the search is over, the best one is trained again if \
            --final-epochs, --final-folds or --final-seeds is given or its time was planned, or several with \
            --final-candidates, and the best model is evaluated once on the test part of the split.

            Exits with 2 if options differ from those of the study, 3 for a fault of the dataset, 130 when interrupted \
            or at the end of --time-limit.
            """)

    @OptionGroup var arguments: SearchArguments

    @OptionGroup var events: TensorBoardArguments

    @Flag(help: "Show the search in a browser along with it, as segnas3d watch does.")
    var watch = false

    @OptionGroup var configuration: ConfigurationArguments

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: arguments.display.quiet)
        defer { display.finish() }
        let folder = StudyFolder(arguments.study)
        try FolderKind.checkStudy(folder.path)
        let (options, forecast) = try planned(display)
        display.finish()
        if configuration.printConfig {
            return print(
                try ConfigurationText(of: Self.self, chosen: options.chosen).text, terminator: "")
        }
        guard !arguments.dryRun else { return try show(forecast, options, of: folder) }
        if let forecast { display.say(forecast.text) }
        if watch { startWatch(display.monitor) }
        try handingOver {
            let session = try SearchSession(
                options, in: folder.path,
                timeLimit: arguments.conditions.sampling.timeLimit?.seconds,
                monitor: events.observing(display.monitor, of: folder.path))
            let result: SearchResult
            do {
                result = try SearchResult(session.run())
            } catch let end as SearchInterruption where end.reason == .timeLimit {
                display.finish()
                reportSoFar(on: folder, display)
                throw end
            }
            display.finish()
            print(
                arguments.display.json
                    ? try JSONDocument.text(of: result, .indented) : result.text())
            report(on: folder, result, display)
        }
    }

    /// The options, and a forecast of a new search where it was asked for or chooses how much is trained.
    private func planned(
        _ display: ExperimentDisplay
    ) throws -> (options: SearchOptions, forecast: SearchForecast?) {
        let start = ContinuousClock.now
        let options = try arguments.options(display.monitor)
        let isBegun = FileManager.default.fileExists(atPath: StudyFolder(arguments.study).plan)
        guard !isBegun, arguments.leavesBudgetOpen || arguments.dryRun else {
            return (options, nil)
        }
        let forecaster = try SearchForecaster(options, monitor: display.monitor)
        guard arguments.leavesBudgetOpen else { return (options, try forecaster.forecast(options)) }
        let spent = (ContinuousClock.now - start) / .seconds(1)
        let limit = arguments.conditions.sampling.timeLimit?.seconds
        let chosen = try forecaster.options(
            within: (limit ?? SearchForecaster.usualSeconds) - spent)
        return (chosen, try forecaster.forecast(chosen))
    }

    /// Says what is to be done; of a study that was begun, what `status` says, and with another budget would say.
    private func show(
        _ forecast: SearchForecast?, _ options: SearchOptions, of folder: StudyFolder
    ) throws {
        let isJSON = arguments.display.json
        if let forecast {
            print(isJSON ? try JSONDocument.text(of: forecast, .indented) : forecast.text)
        } else {
            let budget = options.sampling.budget(epochs: options.conditions.training.epochs)
            let status = StatusDocument(
                try StudyStatus(of: folder.path, budget: budget), in: folder)
            print(isJSON ? try JSONDocument.text(of: status, .indented) : status.text())
        }
    }

    /// Writes the report, and names the commands that come next.
    private func report(
        on folder: StudyFolder, _ result: SearchResult, _ display: ExperimentDisplay
    ) {
        guard let page = writeReport(on: folder, display), !arguments.display.json else { return }
        print("report, for a browser: \(page)")
        guard result.model != nil else { return }
        print("next: \(predictCommand(folder))")
    }

    /// Writes the report of a search whose time was over before its budget, and says what there is already.
    private func reportSoFar(on folder: StudyFolder, _ display: ExperimentDisplay) {
        guard FileManager.default.fileExists(atPath: folder.bestModel),
            let page = writeReport(on: folder, display)
        else { return }
        display.say("report so far, for a browser: \(page)")
        display.say("the best network so far: \(predictCommand(folder))")
    }

    /// Returns the path of the report; nil if it could not be written, which is said.
    private func writeReport(on folder: StudyFolder, _ display: ExperimentDisplay) -> String? {
        let page = folder.report
        do {
            try ReportFile.check(page)
            try ReportFile.write(try StudyReport(of: folder).html(), to: page)
            return page
        } catch {
            display.warn("the report could not be written: \(error)")
            return nil
        }
    }

    private func predictCommand(_ folder: StudyFolder) -> String {
        "segnas3d predict \(shellQuoted(folder.path)) SCANS --output LABELS"
    }
}

extension SearchCommand {
    /// Serves the page until the program ends; a search does not fail for it.
    private func startWatch(_ monitor: Monitor) {
        do {
            let server = try WatchServer.start(arguments.study)
            var standardError = StandardError()
            print(server.words(of: arguments.study), to: &standardError)
        } catch {
            monitor.report(.warning("there is no page to watch: \(error)"))
        }
    }
}

/// The result of a search as text or JSON.
struct SearchResult: Encodable {
    let schema = 1
    let study: String
    private(set) var status: StatusDocument
    /// The best model; nil if no trial was completed.
    let model: String?
    /// Points proposed after the first population, and those accepted into it; nil for samplers without one.
    let reflections: ControlledRandomSearch.Tally?
    let mutations: ControlledRandomSearch.Tally?
    /// The test of the best model; nil if the split has no test part.
    let test: TrainingReport.Test?

    private let evaluation: Evaluation?
    private let finalSet: (trainings: FoldTrainings, dice: Double?)?
    /// Of the best model's folds, the mean Dice of all cases, each by the fold that has not seen it.
    let crossValidatedDice: Double?

    private enum CodingKeys: String, CodingKey {
        case schema, study, status, model, reflections, mutations, test
        case crossValidatedDice
    }

    init(_ outcome: SearchOutcome) throws {
        study = outcome.study.path
        status = StatusDocument(try StudyStatus(of: study), in: outcome.study)
        // The owner is this process, which is done.
        status.owner = nil
        model = outcome.model
        (reflections, mutations) = (outcome.reflections, outcome.mutations)
        test = outcome.test.map(TrainingReport.Test.init)
        evaluation = outcome.test
        finalSet = outcome.finalSet
        crossValidatedDice = finalSet.flatMap { $0.trainings.folds > 1 ? $0.dice : nil }
    }

    func text() -> String {
        var lines = [status.text()]
        if let reflections, let mutations {
            lines.append(
                "\(counted(reflections.made, "reflection")), \(reflections.accepted) kept; "
                    + "\(counted(mutations.made, "mutation")), \(mutations.accepted) kept")
        }
        let mean = finalSet.map { trainings, dice in
            let kind = trainings.folds > 1 ? "cross-validated" : "validation"
            return ", the mean of \(trainings.words)"
                + (dice.map { ", \(kind) Dice \(decimal($0))" } ?? "")
        }
        if let model { lines.append("the best model: \(model)\(mean ?? "")") }
        if let evaluation { lines += [""] + evaluation.testLines }
        return lines.joined(separator: "\n")
    }
}

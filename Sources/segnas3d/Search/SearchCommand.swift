internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy
internal import SegNASWatching

/// `segnas3d search`: searches a space for the best network for a dataset.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for a network for a dataset.",
        discussion: """
            Writes a study: a folder with the plan, all trials, and the best model (best). Every network is trained in \
            a separate process. To resume a study that was interrupted or killed, run segnas3d search --output STUDY; \
            a larger --iterations continues one that was complete. Ctrl-C ends a search so that it can be resumed.

            Networks are compared by their validation Dice. When the search is over, the best one is trained again if \
            --final-epochs or --final-folds is given, or several with --final-candidates, and the best model is \
            evaluated once on the test part of the split.

            Exits with 2 if options differ from those of the study, 3 for a fault of the dataset, 130 when interrupted \
            or at the end of --time-limit.
            """)

    @OptionGroup var arguments: SearchArguments

    @Flag(help: "Show the search in a browser along with it, as segnas3d watch does.")
    var watch = false

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: arguments.display.quiet)
        defer { display.finish() }
        if watch { startWatch(display.monitor) }
        let session = try SearchSession(
            arguments.options(display.monitor), in: arguments.output,
            timeLimit: arguments.conditions.sampling.timeLimit?.seconds, monitor: display.monitor)
        let result = try SearchResult(session.run())
        display.finish()
        print(arguments.display.json ? try JSONDocument.text(of: result, .indented) : result.text())
    }
}

extension SearchCommand {
    /// Serves the page until the program ends; a search does not fail for it.
    private func startWatch(_ monitor: Monitor) {
        do {
            let server = try WatchServer.start(arguments.output)
            var standardError = StandardError()
            print(server.words(of: arguments.output), to: &standardError)
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
    private let folds: (count: Int, dice: Double?)?
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
        folds = outcome.folds
        crossValidatedDice = outcome.folds?.dice
    }

    func text() -> String {
        var lines = [status.text()]
        if let reflections, let mutations {
            lines.append(
                "\(counted(reflections.made, "reflection")), \(reflections.accepted) kept; "
                    + "\(counted(mutations.made, "mutation")), \(mutations.accepted) kept")
        }
        let mean = folds.map { folds in
            ", the mean of \(folds.count) folds"
                + (folds.dice.map { ", cross-validated Dice \(decimal($0))" } ?? "")
        }
        if let model { lines.append("the best model: \(model)\(mean ?? "")") }
        if let evaluation { lines += [""] + Self.table(evaluation) }
        return lines.joined(separator: "\n")
    }

    private static func table(_ evaluation: Evaluation) -> [String] {
        var rows = evaluation.labelStatistics.map { [$0.label.name] + evaluation.cells($0.metrics) }
        rows.append(["mean"] + evaluation.cells(evaluation.foreground))
        return TextTable(columns: [.left("label")] + evaluation.columns, rows: rows).lines + [
            "test: \(evaluation.cases.count) cases on the grids of their files, distances in mm"
        ]
    }
}

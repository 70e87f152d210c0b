internal import ArgumentParser
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// `segnas3d search`: a network for a dataset, found among those of a space.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find a network for a dataset.",
        discussion: """
            Writes a study: a folder with the plan, all trials, and the best model (best). Every network is trained in \
            a process of its own. A study that was interrupted or killed goes on with segnas3d search \
            --output STUDY alone, and a larger --iterations goes on with one that was complete. Ctrl-C ends it where it can be resumed.

            The network's validation Dice is what is searched for. When the search is over, the best model is judged \
            once on the test part of the split, after --final-epochs if these are given.

            Exits with 2 where options are not those of the study, 3 for a fault of the dataset, 130 when interrupted \
            or at the end of --time-limit.
            """)

    @OptionGroup var arguments: SearchArguments

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: arguments.display.quiet)
        defer { display.finish() }
        let session = try SearchSession(
            arguments.options(), in: arguments.output,
            timeLimit: arguments.conditions.sampling.timeLimit?.seconds, monitor: display.monitor)
        let result = try SearchResult(session.run())
        display.finish()
        print(arguments.display.json ? try JSONDocument.text(of: result, .indented) : result.text())
    }
}

/// What a search has brought, for a reader of text or of JSON.
struct SearchResult: Encodable {
    let schema = 1
    let study: String
    private(set) var status: StatusDocument
    /// The best model; nil where nothing was trained.
    let model: String?
    /// Proposals after the first population, and those that took a place in it; nil for samplers without one.
    let reflections: ControlledRandomSearch.Tally?
    let mutations: ControlledRandomSearch.Tally?
    /// Of the best model; nil where the split has no test part.
    let test: TrainingReport.Test?

    private let evaluation: Evaluation?

    private enum CodingKeys: String, CodingKey {
        case schema, study, status, model, reflections, mutations, test
    }

    init(_ outcome: SearchOutcome) throws {
        study = outcome.study.path
        status = StatusDocument(try StudyStatus(of: study))
        // It is this process, which is done.
        status.owner = nil
        model = outcome.model
        (reflections, mutations) = (outcome.reflections, outcome.mutations)
        test = outcome.test.map(TrainingReport.Test.init)
        evaluation = outcome.test
    }

    func text() -> String {
        var lines = [status.text()]
        if let reflections, let mutations {
            lines.append(
                "\(reflections.made) reflections, of which \(reflections.accepted) were kept; "
                    + "\(mutations.made) mutations, of which \(mutations.accepted) were kept")
        }
        if let model { lines.append("the best model: \(model)") }
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

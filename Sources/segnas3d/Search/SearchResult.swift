internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

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

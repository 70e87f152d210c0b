internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSearch

/// The report of a cross-validation, or of a training with several seeds: a self-contained page.
///
/// It can be made at any time, also while networks are trained.
public struct FoldsReport: TrainingsPage {
    /// The name of the dataset.
    public var dataset: String
    public var network: Architecture
    /// The labels of the dataset.
    public var labels: LabelTable
    /// The folds and seeds.
    public var trainings: FoldTrainings
    /// Their trainings, in order; nil for those that are not begun.
    public var runs: [RunReport?]
    /// The numbers of cases of a single division in words; nil for folds.
    public var division: String?
    /// The evaluation of each validation case by the networks that have not seen it; nil before all are trained.
    public var evaluation: Evaluation?
    /// The evaluation of the test cases that a single division of the cases has.
    public var test: Evaluation?
    /// The test cases in images, or where there are none those of validation.
    public var cases: AnatomySection?
    /// True to name cases, as their evaluation does.
    public var namesCases = false
    /// The clean-up that the predictions have chosen, in words; nil before that.
    public var cleanUp: String?
    /// The date of the report, as the page shows it.
    public var date: String?
    /// A validation case as the network of this moment sees it, as a PNG file in base64; nil in a report.
    package var preview: String?
    package let version: String

    /// - Parameters:
    ///   - dataset: The name of the dataset.
    ///   - network: The network that is trained.
    ///   - labels: The labels of the dataset.
    ///   - trainings: The folds and seeds.
    ///   - runs: Their trainings, in order; nil for those that are not begun.
    ///   - version: The version of segnas3d that makes the report.
    public init(
        dataset: String, network: Architecture, labels: LabelTable, trainings: FoldTrainings,
        runs: [RunReport?], version: String
    ) {
        self.dataset = dataset
        self.network = network
        self.labels = labels
        self.trainings = trainings
        self.runs = runs
        self.version = version
    }

    /// The whole page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String { try html(at: nil) }

    /// True for folds, false for a single division of the cases.
    private var isCrossValidation: Bool { trainings.folds > 1 }

    package var title: String {
        (isCrossValidation ? "Cross-validation: " : "Training: ") + dataset
    }

    package var sections: [Section] {
        [
            summary,
            Section.preview(preview, of: "the best epoch so far", labels: labels.structures),
            isCrossValidation || test == nil
                ? Section.cases(cases, title: "Cases") : Section.cases(cases),
            table,
            Section.folds(self),
        ].compactMap(\.self)
    }

    /// The test, or where there is none the evaluation of the cases that networks have not seen.
    private var table: Section? {
        if let test {
            return Section.test(TestEntry(test, namesCases: namesCases), subject: "The model")
        }
        let unseen =
            trainings.seeds == 1
            ? "the fold that has not seen it" : "the networks that have not seen it"
        return evaluation.flatMap { $0.cases.isEmpty ? nil : $0 }.map {
            Section.test(
                TestEntry($0, namesCases: namesCases), subject: "The network",
                kind: isCrossValidation ? "labelled" : "validation", note: ", each by \(unseen)")
        }
    }

    /// True if all are trained and evaluated.
    var isComplete: Bool { evaluation != nil && cleanUp != nil }

    /// The epochs of all trainings.
    var seconds: Double {
        runs.reduce(0) { $0 + ($1?.epochs.seconds ?? 0) }
    }

    var figures: [(name: String, value: String)] {
        var figures: [(String, String)] = []
        if let dice = test.flatMap({ TestEntry($0).dice }) {
            figures.append(("test Dice", decimal(dice.mean)))
        }
        if let dice = evaluation.flatMap({ TestEntry($0).dice }) {
            let kind = isCrossValidation ? "cross-validated Dice" : "validation Dice"
            figures.append((kind, decimal(dice.mean)))
        }
        if let parameters = runs.compactMap({ $0?.parameters }).first {
            let unit = trainings.seeds == 1 ? "fold" : "network"
            figures.append(("parameters of each \(unit)", escaped(grouped(parameters))))
        }
        figures.append(("training of all \(trainings.kinds)", escaped(duration(seconds))))
        return figures
    }

    var facts: [(name: String, words: String)] {
        // What they have in common: not the numbers of a fold's cases, nor those of a run without the test.
        let conditions = runs.compactMap(\.self).first?.conditions.filter { $0.name != "Cases" }
        let labels = labels.structures.map(\.name).joined(separator: ", ")
        return [("Dataset", dataset), ("Labels", labels), ("Network", "\(network)")]
            + (division.map { [("Cases", $0)] } ?? []) + (conditions ?? [])
            + (cleanUp.map { [("Clean-up", $0)] } ?? [])
    }

    private var summary: Section {
        Section.summary(
            state: state + (date.map { " This page was made on \($0)." } ?? ""),
            figures: figures, facts: facts)
    }

    /// A sentence about the progress.
    var state: String {
        let work = isCrossValidation ? "cross-validation" : "training"
        let done = runs.count { $0?.chosenEpoch != nil }
        return isComplete
            ? "The \(work) is complete: its model is the mean of \(trainings.words)."
            : "The \(work) is not complete: \(done) of \(runs.count) \(trainings.units) are trained."
    }
}

extension Section {
    /// A table of the trainings, and their curves in one figure.
    static func folds(_ report: FoldsReport) -> Section {
        let trainings = report.trainings
        let title = trainings.kinds.prefix(1).uppercased() + trainings.kinds.dropFirst()
        let table = Table(
            caption: title,
            columns: [
                ("network", false), ("epochs", true), ("best", true), ("validation Dice", true),
                ("time", true),
            ],
            rows: zip(trainings.all, report.runs).map { training, run in
                let best = run?.best
                return [
                    training.title, "\(run?.epochs.last?.epoch ?? 0) of \(run?.allEpochs ?? 0)",
                    best.map { "\($0.epoch)" } ?? "–", best?.dice.map { decimal($0) } ?? "–",
                    duration(run?.epochs.seconds ?? 0),
                ]
            })
        func lines(_ value: (TrainingEpoch) -> Double?) -> [CurveFigure.Line] {
            zip(trainings.all, report.runs).enumerated().compactMap { index, part in
                let (colour, dashes) = CurveFigure.look(index)
                return part.1.map {
                    CurveFigure.Line(
                        part.0.title, $0.epochs.places(value), colour: colour, dashes: dashes)
                }
            }
        }
        let all = report.runs.compactMap { $0?.allEpochs }.max() ?? 1
        let figures = [("Validation Dice", lines(\.dice)), ("Loss", lines(\.loss))].compactMap {
            title, lines in
            CurveFigure(title: title, lines: lines, epochs: all).svg().map {
                figure($0, title, name: title)
            }
        }
        return Section(
            id: "folds", title: title,
            body: "\(table.html)\n<div class=\"pair\">\(figures.joined(separator: "\n"))</div>")
    }
}

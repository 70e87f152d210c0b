internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSearch

/// The report of a cross-validation: a self-contained page.
///
/// It can be made at any time, also while folds are trained.
public struct FoldsReport: TrainingsPage {
    /// The name of the dataset.
    public var dataset: String
    public var network: Architecture
    /// The labels of the dataset.
    public var labels: LabelTable
    /// The trainings of the folds; nil for those that are not begun.
    public var folds: [RunReport?]
    /// The evaluation of each case by the fold that has not seen it; nil before all are trained.
    public var evaluation: Evaluation?
    /// These cases in images.
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
    ///   - network: The network of all folds.
    ///   - labels: The labels of the dataset.
    ///   - folds: The trainings of the folds, in order.
    ///   - version: The version of segnas3d that makes the report.
    public init(
        dataset: String, network: Architecture, labels: LabelTable, folds: [RunReport?],
        version: String
    ) {
        self.dataset = dataset
        self.network = network
        self.labels = labels
        self.folds = folds
        self.version = version
    }

    /// The whole page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String { try html(at: nil) }

    package var title: String { "Cross-validation: \(dataset)" }

    package var sections: [Section] {
        [
            summary,
            Section.preview(preview, of: "the best epoch so far", labels: labels.structures),
            Section.cases(cases, title: "Cases"),
            evaluation.map {
                Section.test(
                    TestEntry($0, namesCases: namesCases), subject: "The network",
                    kind: "labelled", note: ", each by the fold that has not seen it")
            },
            Section.folds(self),
        ].compactMap(\.self)
    }

    /// True if all folds are trained and evaluated.
    var isComplete: Bool { evaluation != nil && cleanUp != nil }

    /// The epochs of all folds.
    var seconds: Double {
        folds.reduce(0) { $0 + ($1?.epochs.seconds ?? 0) }
    }

    var figures: [(name: String, value: String)] {
        var figures: [(String, String)] = []
        if let dice = evaluation.flatMap({ TestEntry($0).dice }) {
            figures.append(("cross-validated Dice", decimal(dice.mean)))
        }
        if let parameters = folds.compactMap({ $0?.parameters }).first {
            figures.append(("parameters of each fold", escaped(grouped(parameters))))
        }
        figures.append(("training of all folds", escaped(duration(seconds))))
        return figures
    }

    var facts: [(name: String, words: String)] {
        // What folds have in common: not the numbers of their cases.
        let conditions = folds.compactMap(\.self).first?.conditions.filter { $0.name != "Cases" }
        let labels = labels.structures.map(\.name).joined(separator: ", ")
        return [("Dataset", dataset), ("Labels", labels), ("Network", "\(network)")]
            + (conditions ?? []) + (cleanUp.map { [("Clean-up", $0)] } ?? [])
    }

    private var summary: Section {
        Section.summary(
            state: state + (date.map { " This page was made on \($0)." } ?? ""),
            figures: figures, facts: facts)
    }

    /// A sentence about the progress.
    var state: String {
        let done = folds.count { $0?.chosenEpoch != nil }
        return isComplete
            ? "The cross-validation is complete: its model is the mean of \(folds.count) folds."
            : "The cross-validation is not complete: \(done) of \(folds.count) folds are trained."
    }
}

extension Section {
    /// A table of the folds, and their curves in one figure.
    static func folds(_ report: FoldsReport) -> Section {
        let table = Table(
            caption: "Folds",
            columns: [
                ("fold", false), ("epochs", true), ("best", true), ("validation Dice", true),
                ("time", true),
            ],
            rows: report.folds.enumerated().map { fold, run in
                let best = run?.best
                return [
                    "\(fold)", "\(run?.epochs.last?.epoch ?? 0) of \(run?.allEpochs ?? 0)",
                    best.map { "\($0.epoch)" } ?? "–", best?.dice.map { decimal($0) } ?? "–",
                    duration(run?.epochs.seconds ?? 0),
                ]
            })
        func lines(_ value: (TrainingEpoch) -> Double?) -> [CurveFigure.Line] {
            report.folds.enumerated().compactMap { fold, run in
                let (colour, dashes) = CurveFigure.look(fold)
                return run.map {
                    CurveFigure.Line(
                        "fold \(fold)", $0.epochs.places(value), colour: colour, dashes: dashes)
                }
            }
        }
        let all = report.folds.compactMap { $0?.allEpochs }.max() ?? 1
        let figures = [("Validation Dice", lines(\.dice)), ("Loss", lines(\.loss))].compactMap {
            title, lines in
            CurveFigure(title: title, lines: lines, epochs: all).svg().map {
                figure($0, title, name: title)
            }
        }
        return Section(
            id: "folds", title: "Folds",
            body: "\(table.html)\n<div class=\"pair\">\(figures.joined(separator: "\n"))</div>")
    }
}

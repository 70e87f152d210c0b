internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// The result of a cross-validation as text or JSON.
struct CrossValidationReport {
    private let result: CrossValidationResult
    private let labels: LabelTable
    private var evaluation: Evaluation { result.evaluation }
    private var cleanUp: PostProcessingRecord { result.postProcessing }

    init(_ result: CrossValidationResult, labels: LabelTable) {
        self.result = result
        self.labels = labels
    }

    /// The output of `train --folds --json` and `train --seeds --json`.
    struct Document: Encodable {
        let schema = 1
        /// The folder, which `predict` takes as the model.
        var run: String
        /// Of each network.
        var parameters: Int
        /// The runs of all folds, in order; with several seeds those of each fold follow one another.
        var folds: [Fold]
        /// The number of seeds of each fold.
        var seeds: Int
        /// Each validation case by the networks that have not seen it, without clean-up; `crossvalidation.json` has the
        /// rest.
        var crossValidation: TrainingReport.Test
        var postProcessing: CleanUp
        /// The test cases that a single division of the cases has; `test.json` has the rest.
        var test: TrainingReport.Test?
        /// The sum over the epochs of all runs.
        var seconds: Double

        struct Fold: Encodable {
            var run: String
            var epochs: Int
            var bestEpoch: Int
            /// Validation Dice of the best epoch.
            var dice: Double?
            var seconds: Double
        }

        /// The steps of the clean-up, and the Dice after them on the predictions that have chosen them.
        struct CleanUp: Encodable {
            var steps: PostProcessing
            var dicePerLabel: [String: Double]
        }
    }

    func json() throws -> String { try JSONDocument.text(of: document, .indented) }

    var document: Document {
        let dice = labels.structures.compactMap { label in
            cleanUp.dice(label.value).map { ("\(label.value)", $0) }
        }
        return Document(
            run: result.path, parameters: result.runs.first?.parameters ?? 0,
            folds: result.runs.map { run in
                Document.Fold(
                    run: run.run, epochs: run.epochs.count, bestEpoch: run.chosenEpoch,
                    dice: run.validation?.mean, seconds: run.seconds)
            },
            seeds: result.trainings.seeds,
            crossValidation: TrainingReport.Test(evaluation),
            postProcessing: .init(
                steps: cleanUp.chosen, dicePerLabel: Dictionary(dice) { first, _ in first }),
            test: result.test.map(TrainingReport.Test.init), seconds: result.seconds)
    }

    func text() -> String {
        let time = Progress.clock(seconds: Int(result.seconds.rounded()))
        let parameters = grouped(result.runs.first?.parameters ?? 0)
        return
            ([
                "\(result.path): the mean of \(trainings.words), \(parameters) parameters each, "
                    + "trained in \(time)",
                "",
            ] + runs + tables + [cleanUpWords]).joined(separator: "\n")
    }

    private var trainings: FoldTrainings { result.trainings }

    private var runs: [String] {
        TextTable(
            columns: [
                .left("network"), .right("cases"), .right("epochs"), .right("best"),
                .right("validation Dice"),
            ],
            rows: zip(trainings.all, result.runs).map { training, run in
                [
                    training.title, run.validation?.cases.map(String.init) ?? "–",
                    "\(run.epochs.count)", "\(run.chosenEpoch)", share(run.validation?.mean),
                ]
            }
        ).lines
    }

    /// The validation cases, and those of the test where there are some.
    private var tables: [String] {
        let cases = counted(evaluation.cases.count, "case")
        let unseen = trainings.seeds == 1 ? "fold that has" : "networks that have"
        var lines: [String] = []
        if !evaluation.cases.isEmpty {
            lines += [""] + table
            lines.append(
                (trainings.folds == 1 ? "validation: " : "")
                    + "\(cases) on the grids of their files, each by the \(unseen) not seen it; "
                    + "distances in mm")
        }
        return lines + (result.test.map { [""] + $0.testLines } ?? [])
    }

    /// A row for each label and for their mean.
    private var table: [String] {
        var columns = [TextTable.Column.left("label")] + evaluation.columns
        columns[1].title = "Dice"
        let isCleaned = !cleanUp.chosen.steps.isEmpty
        if isCleaned { columns.append(.right("cleaned up")) }
        var rows = evaluation.labelStatistics.map { statistics in
            [statistics.label.name.printable] + evaluation.cells(statistics.metrics)
                + (isCleaned ? [share(cleanUp.dice(statistics.label.value))] : [])
        }
        rows.append(
            ["mean"] + evaluation.cells(evaluation.foreground)
                + (isCleaned ? [share(cleanedMean)] : []))
        return TextTable(columns: columns, rows: rows).lines
    }

    /// The mean over labels.
    private var cleanedMean: Double? {
        let dice = labels.structures.compactMap { cleanUp.dice($0.value) }
        return dice.isEmpty ? nil : dice.reduce(0, +) / Double(dice.count)
    }

    private var cleanUpWords: String {
        guard !cleanUp.chosen.steps.isEmpty else {
            guard !evaluation.cases.isEmpty else {
                return "clean-up: none, for there are no validation cases to choose it by"
            }
            return "clean-up: none, for no step raises the Dice of a label and lowers none"
        }
        return "clean-up: \(cleanUp.chosen.words(labels)), as these predictions have chosen"
    }

    private func share(_ value: Double?) -> String {
        value.map { decimal($0) } ?? "–"
    }
}

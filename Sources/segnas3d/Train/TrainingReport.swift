internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// The result of a training as text or JSON.
struct TrainingReport {
    private let result: TrainingResult
    private let labels: LabelTable

    init(_ result: TrainingResult, labels: LabelTable) {
        self.result = result
        self.labels = labels
    }

    /// The output of `train --json`.
    struct Document: Encodable {
        let schema = 1
        var run: String
        var model: String
        var parameters: Int
        var epochs: Int
        var bestEpoch: Int
        /// Validation Dice of the best epoch: the mean over labels, and of each by its stored value.
        var dice: Double?
        var dicePerLabel: [String: Double]?
        /// The number of validation cases that count in it.
        var casesPerLabel: [String: Int]?
        /// The sum over all epochs.
        var seconds: Double
        var dataWaitShare: Double
        var test: Test?
    }

    /// Means over the test cases on the grids of their files; the run's `test.json` has the rest.
    struct Test: Encodable {
        var cases: Int
        var dice: Double?
        var dicePerLabel: [String: Double]
        /// The number of test cases that count in it: those with the label or its prediction.
        var casesPerLabel: [String: Int]

        init(_ evaluation: Evaluation) {
            cases = evaluation.cases.count
            dice = evaluation.foreground[.dice]?.mean
            let means = evaluation.labelStatistics.compactMap { statistics in
                statistics.metrics[.dice].map { ("\(statistics.label.value)", $0.mean) }
            }
            dicePerLabel = Dictionary(means) { first, _ in first }
            let counts = evaluation.labelStatistics.map { statistics in
                ("\(statistics.label.value)", statistics.metrics[.dice]?.count ?? 0)
            }
            casesPerLabel = Dictionary(counts) { first, _ in first }
        }
    }

    func json() throws -> String { try JSONDocument.text(of: document, .indented) }

    var document: Document {
        Document(
            run: result.run, model: result.model, parameters: result.parameters,
            epochs: result.epochs.count, bestEpoch: result.chosenEpoch,
            dice: result.validation?.mean, dicePerLabel: result.validation?.perLabel,
            casesPerLabel: casesPerLabel,
            seconds: result.seconds, dataWaitShare: result.waitShare,
            test: result.test.map(Test.init))
    }

    func text() -> String {
        let epochs = result.epochs.count
        let time = Progress.clock(seconds: Int(result.seconds.rounded()))
        var lines = [
            "\(result.model): \(grouped(result.parameters)) parameters, from epoch \(result.chosenEpoch)",
            "\(counted(epochs, "epoch")) in \(time), "
                + "\(percent(result.waitShare)) of training waiting for data",
        ]
        lines += [""] + table
        if let test = result.test {
            lines.append(
                "test: \(test.cases.count) cases on the grids of their files, distances in mm")
        }
        return lines.joined(separator: "\n")
    }

    /// A row for each label and for their mean.
    private var table: [String] {
        let test = result.test
        var rows = labels.structures.map { label in
            let tested = test?.labelStatistics.first { $0.label.value == label.value }
            return [label.name, share(result.validation?.perLabel["\(label.value)"])]
                + count(of: label) + cells(tested?.metrics)
        }
        rows.append(
            ["mean", share(result.validation?.mean)] + (countsCases ? [""] : [])
                + cells(test?.foreground))
        var columns = [TextTable.Column.left("label"), .right("validation Dice")]
        if countsCases { columns.append(.right("of cases")) }
        if let test { columns += test.columns }
        return TextTable(columns: columns, rows: rows).lines
    }

    /// True if some label is not evaluated in all validation cases.
    private var countsCases: Bool { result.validation?.absent.isEmpty == false }

    private func count(of label: LabelTable.Label) -> [String] {
        guard countsCases else { return [] }
        return [result.validation?.count(of: "\(label.value)").map(String.init) ?? "–"]
    }

    private var casesPerLabel: [String: Int]? {
        guard let validation = result.validation, validation.cases != nil else { return nil }
        let counts = labels.structures.map { label in
            ("\(label.value)", validation.count(of: "\(label.value)") ?? 0)
        }
        return Dictionary(counts) { first, _ in first }
    }

    /// Cells of the test; none if there was no test.
    private func cells(_ metrics: [EvaluationMetric: SampleStatistics]?) -> [String] {
        result.test?.cells(metrics ?? [:]) ?? []
    }

    private func share(_ value: Double?) -> String {
        value.map { decimal($0) } ?? "–"
    }
}

// A test in a table, with the number of cases that count if some label is not evaluated in all.

extension Evaluation {
    private var countsCases: Bool {
        labelStatistics.contains { ($0.metrics[.dice]?.count ?? 0) < cases.count }
    }

    /// Columns of a test, after those of labels.
    var columns: [TextTable.Column] {
        (["test Dice", "std", "HD95"] + (countsCases ? ["of cases"] : [])).map { .right($0) }
    }

    /// The table of a test: a row for each label and for their mean, and what it is.
    var testLines: [String] {
        var rows = labelStatistics.map { [$0.label.name.printable] + cells($0.metrics) }
        rows.append(["mean"] + cells(foreground))
        return TextTable(columns: [.left("label")] + columns, rows: rows).lines + [
            "test: \(counted(cases.count, "case")) on the grids of their files, distances in mm"
        ]
    }

    /// Cells of a label, or of their mean.
    func cells(_ metrics: [EvaluationMetric: SampleStatistics]) -> [String] {
        let (dice, distance) = (metrics[.dice], metrics[.hausdorff95])
        return [
            dice.map { decimal($0.mean) } ?? "–", dice?.std.map { decimal($0) } ?? "–",
            distance.map { decimal($0.mean, 2) } ?? "–",
        ] + (countsCases ? ["\(dice?.count ?? 0)"] : [])
    }
}

internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSegmentation

/// What a training has brought, for a reader of text or of JSON.
struct TrainingReport {
    private let result: TrainingResult
    private let labels: LabelTable

    init(_ result: TrainingResult, labels: LabelTable) {
        self.result = result
        self.labels = labels
    }

    /// What `train --json` prints.
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
        /// The validation cases that count in it.
        var casesPerLabel: [String: Int]?
        /// Of all epochs.
        var seconds: Double
        var dataWaitShare: Double
        var test: Test?
    }

    /// Means over the test cases on the grids of their files; all that is known is in the run's `test.json`.
    struct Test: Encodable {
        var cases: Int
        var dice: Double?
        var dicePerLabel: [String: Double]
        /// The test cases that count in it: those where the label or its prediction is.
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

    func json() throws -> String {
        try JSONDocument.text(
            of: Document(
                run: result.run, model: result.model, parameters: result.parameters,
                epochs: result.epochs.count, bestEpoch: result.chosenEpoch,
                dice: result.validation?.mean, dicePerLabel: result.validation?.perLabel,
                casesPerLabel: casesPerLabel,
                seconds: result.seconds, dataWaitShare: result.waitShare,
                test: result.test.map(Test.init)), .indented)
    }

    func text() -> String {
        let epochs = result.epochs.count
        let time = Progress.clock(seconds: Int(result.seconds.rounded()))
        var lines = [
            "\(result.model): \(grouped(result.parameters)) parameters, of epoch \(result.chosenEpoch)",
            "\(epochs) epoch\(epochs == 1 ? "" : "s") in \(time), "
                + "\(percent(result.waitShare)) of training waiting for data",
        ]
        lines += [""] + table
        if let test = result.test {
            lines.append(
                "test: \(test.cases.count) cases on the grids of their files, distances in mm")
        }
        return lines.joined(separator: "\n")
    }

    /// Of each label and of their mean.
    private var table: [String] {
        let test = result.test
        var rows = labels.foreground.map { label in
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

    /// Whether some label is not judged in all validation cases.
    private var countsCases: Bool { result.validation?.absent.isEmpty == false }

    private func count(of label: LabelTable.Label) -> [String] {
        guard countsCases else { return [] }
        return [result.validation?.count(of: "\(label.value)").map(String.init) ?? "–"]
    }

    private var casesPerLabel: [String: Int]? {
        guard let validation = result.validation, validation.cases != nil else { return nil }
        let counts = labels.foreground.map { label in
            ("\(label.value)", validation.count(of: "\(label.value)") ?? 0)
        }
        return Dictionary(counts) { first, _ in first }
    }

    /// Of the test; none where there was none.
    private func cells(_ metrics: [EvaluationMetric: SampleStatistics]?) -> [String] {
        result.test?.cells(metrics ?? [:]) ?? []
    }

    private func share(_ value: Double?) -> String {
        value.map { decimal($0) } ?? "–"
    }
}

// How a test is shown in a table: the cases that count stand there where a label is not judged in all.

extension Evaluation {
    private var countsCases: Bool {
        labelStatistics.contains { ($0.metrics[.dice]?.count ?? 0) < cases.count }
    }

    /// Columns of a test, behind those of labels.
    var columns: [TextTable.Column] {
        (["test Dice", "std", "HD95"] + (countsCases ? ["of cases"] : [])).map { .right($0) }
    }

    /// The cells of a label, or of all.
    func cells(_ metrics: [EvaluationMetric: SampleStatistics]) -> [String] {
        let (dice, distance) = (metrics[.dice], metrics[.hausdorff95])
        return [
            dice.map { decimal($0.mean) } ?? "–", dice?.std.map { decimal($0) } ?? "–",
            distance.map { decimal($0.mean, 2) } ?? "–",
        ] + (countsCases ? ["\(dice?.count ?? 0)"] : [])
    }
}

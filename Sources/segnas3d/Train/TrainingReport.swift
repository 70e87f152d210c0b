internal import Datasets
internal import Host
internal import Segmentation

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

        init(_ evaluation: Evaluation) {
            cases = evaluation.cases.count
            dice = evaluation.foreground[.dice]?.mean
            let means = evaluation.labelStatistics.compactMap { statistics in
                statistics.metrics[.dice].map { ("\(statistics.label.value)", $0.mean) }
            }
            dicePerLabel = Dictionary(means) { first, _ in first }
        }
    }

    func json() throws -> String {
        try documentText(
            Document(
                run: result.run, model: result.model, parameters: result.parameters,
                epochs: result.epochs.count, bestEpoch: result.chosenEpoch,
                dice: result.validation?.mean, dicePerLabel: result.validation?.perLabel,
                seconds: result.seconds, dataWaitShare: result.waitShare,
                test: result.test.map(Test.init)))
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
                + cells(tested?.metrics)
        }
        rows.append(["mean", share(result.validation?.mean)] + cells(test?.foreground))
        var columns = [TextTable.Column.left("label"), .right("validation Dice")]
        if test != nil { columns += ["test Dice", "std", "HD95"].map { .right($0) } }
        return TextTable(columns: columns, rows: rows).lines
    }

    /// Of the test; none where there was none.
    private func cells(_ metrics: [EvaluationMetric: SampleStatistics]?) -> [String] {
        guard result.test != nil else { return [] }
        let dice = metrics?[.dice]
        let distance = metrics?[.hausdorff95].map { decimal($0.mean, 2) }
        return [share(dice?.mean), share(dice?.std), distance ?? "–"]
    }

    private func share(_ value: Double?) -> String {
        value.map { decimal($0) } ?? "–"
    }
}

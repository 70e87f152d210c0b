internal import Datasets
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
    }

    func json() throws -> String {
        try documentText(
            Document(
                run: result.run, model: result.model, parameters: result.parameters,
                epochs: result.epochs.count, bestEpoch: result.chosenEpoch,
                dice: result.validation?.mean, dicePerLabel: result.validation?.perLabel,
                seconds: result.seconds, dataWaitShare: result.waitShare))
    }

    func text() -> String {
        let epochs = result.epochs.count
        let time = Progress.clock(seconds: Int(result.seconds.rounded()))
        var lines = [
            "\(result.model): \(grouped(result.parameters)) parameters, of epoch \(result.chosenEpoch)",
            "\(epochs) epoch\(epochs == 1 ? "" : "s") in \(time), "
                + "\(percent(result.waitShare)) of training waiting for data",
        ]
        if let validation = result.validation { lines += [""] + table(validation) }
        return lines.joined(separator: "\n")
    }

    private func table(_ validation: ValidationDice) -> [String] {
        var rows = labels.foreground.map { label in
            let dice = validation.perLabel["\(label.value)"]
            let absent = validation.absent["\(label.value)"] ?? 0
            return [
                label.name, dice.map { decimal($0) } ?? "–",
                absent > 0 ? "\(absent) case\(absent == 1 ? "" : "s") without it left out" : "",
            ]
        }
        rows.append(["mean", validation.mean.map { decimal($0) } ?? "–", ""])
        return TextTable(
            columns: [.left("label"), .right("validation Dice"), .left("")], rows: rows
        ).lines
    }
}

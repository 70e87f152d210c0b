internal import SegNASDatasets
internal import SegNASReport
internal import SegNASSegmentation
internal import SegNASTorch

extension TrainingDescription {
    /// How networks are trained under conditions; the name of a split's file stays out.
    init(_ conditions: RecordedConditions) {
        let (training, data) = (conditions.asked.training, conditions.asked.data)
        let words = [
            "\(training.epochs) epochs", "batch \(training.batchSize)",
            training.optimizer.rawValue, "learning rate \(training.learningRate)",
            "loss \(training.loss.rawValue)", training.precision.rawValue,
            "fit \(data.preparation.fit.rawValue)",
        ]
        let split =
            switch data.split.plan {
            case .shuffled: "\(data.split.plan) % training/validation/test"
            case .everything: "all"
            case .folds, .listed: "\(data.split.plan) in the datalist"
            case .file: "as in a file"
            }
        self.init(
            training: words.joined(separator: ", "), split: split,
            memory: "\(conditions.memoryLimit) for a training",
            isOnGPU: conditions.device == "cuda")
    }
}

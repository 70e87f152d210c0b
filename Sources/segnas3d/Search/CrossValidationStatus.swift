internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

/// The progress of a cross-validation as text or JSON.
struct CrossValidationStatus: Encodable {
    let schema = 1
    /// Each fold's run, in order.
    let folds: [RunStatus]
    /// The mean Dice of each label by its stored value, each case by the fold that has not seen it; nil until all are
    /// evaluated.
    let dicePerLabel: [String: Double]?

    /// Nil if the folder holds no cross-validation.
    init?(of path: String) {
        let folder = CrossValidationFolder(path)
        guard let count = folder.foldCount else { return nil }
        folds = (0..<count).map { RunStatus(of: folder.run($0)) }
        guard (try? PostProcessingRecord(contentsOf: folder.postProcessing)) != nil,
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        else {
            dicePerLabel = nil
            return
        }
        let means = evaluation.labelStatistics.compactMap { statistics in
            statistics.metrics[.dice].map { ("\(statistics.label.value)", $0.mean) }
        }
        dicePerLabel = Dictionary(means) { first, _ in first }
    }

    /// As text; `work` is the folder that resumes it, if it is a part of other work.
    func text(of path: String, in work: String? = nil) -> String {
        let done = folds.count { $0.model != nil }
        var lines = [
            "\(path) is a cross-validation of segnas3d train: "
                + "\(done) of \(folds.count) folds are trained"
        ]
        for (fold, status) in folds.enumerated() {
            let goal = status.allEpochs.map { " of \($0)" } ?? ""
            let best = status.best.map { ", best validation Dice \(decimal($0.dice))" } ?? ""
            lines.append("fold \(fold): \(status.epochs)\(goal) epochs\(best)")
        }
        guard let dicePerLabel else {
            return
                (lines + ["not complete: to resume, run segnas3d train --output \(work ?? path)"])
                .joined(separator: "\n")
        }
        let mean = dicePerLabel.values.sorted().reduce(0, +) / Double(max(1, dicePerLabel.count))
        lines.append(
            "complete: cross-validated Dice \(decimal(mean)); its model is the mean of the folds")
        return lines.joined(separator: "\n")
    }
}

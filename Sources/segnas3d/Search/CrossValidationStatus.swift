internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

/// The progress of a cross-validation as text or JSON.
struct CrossValidationStatus: Encodable {
    let schema = 1
    /// The runs of all folds, in order; with several seeds those of each fold follow one another.
    let folds: [RunStatus]
    /// The number of seeds of each fold.
    let seeds: Int
    /// True if the model is the mean of all of these, and evaluated on the test cases, if there are some.
    let isComplete: Bool
    /// The mean Dice of each label by its stored value, each validation case by the networks that have not seen it; nil
    /// until all are evaluated.
    let dicePerLabel: [String: Double]?
    /// That of the test cases, if a single division of the cases has some, once they are evaluated.
    let testDicePerLabel: [String: Double]?

    private let trainings: FoldTrainings
    private let trainingsOfModel: FoldTrainings?

    private enum CodingKeys: CodingKey {
        case schema, folds, seeds, isComplete, dicePerLabel, testDicePerLabel
    }

    /// Nil if the folder holds no cross-validation.
    init?(of path: String) {
        let folder = CrossValidationFolder(path)
        guard let trainings = folder.trainings else { return nil }
        self.trainings = trainings
        seeds = trainings.seeds
        folds = trainings.all.map { RunStatus(of: folder.run($0)) }
        isComplete = folder.isComplete && folds.allSatisfy { $0.model != nil }
        trainingsOfModel = folder.trainingsOfModel.flatMap { trainings in
            let areThere = trainings.all.allSatisfy { RunStatus(of: folder.run($0)).model != nil }
            return areThere ? trainings : nil
        }
        guard isComplete,
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        else {
            (dicePerLabel, testDicePerLabel) = (nil, nil)
            return
        }
        dicePerLabel = Self.dice(evaluation)
        let test = try? JSONDocument.read(Evaluation.self, from: folder.test)
        testDicePerLabel = test.map(Self.dice)
    }

    private static func dice(_ evaluation: Evaluation) -> [String: Double] {
        let means = evaluation.labelStatistics.compactMap { statistics in
            statistics.metrics[.dice].map { ("\(statistics.label.value)", $0.mean) }
        }
        return Dictionary(means) { first, _ in first }
    }

    private static func mean(_ dice: [String: Double]) -> String {
        decimal(dice.values.sorted().reduce(0, +) / Double(max(1, dice.count)))
    }

    /// As text; `work` is the folder that resumes it, if it is a part of other work.
    func text(of path: String, in work: String? = nil) -> String {
        let done = folds.count { $0.model != nil }
        let isOfFolds = trainings.folds > 1
        var lines = [
            "\(path) is a \(isOfFolds ? "cross-validation" : "training with several seeds") of segnas3d train: "
                + "\(done) of \(folds.count) \(trainings.units) are trained"
        ]
        for (training, status) in zip(trainings.all, folds) {
            let goal = status.allEpochs.map { " of \($0)" } ?? ""
            let best = status.best.map { ", best validation Dice \(decimal($0.dice))" } ?? ""
            lines.append("\(training.title): \(status.epochs)\(goal) epochs\(best)")
        }
        guard let dicePerLabel else {
            if let trainingsOfModel {
                lines.append("its model is the mean of \(trainingsOfModel.words)")
            }
            lines.append("not complete: to resume, run segnas3d train --output \(work ?? path)")
            return lines.joined(separator: "\n")
        }
        let known = [
            testDicePerLabel.map { ("test", $0) },
            (isOfFolds ? "cross-validated" : "validation", dicePerLabel),
        ].compactMap(\.self).filter { !$0.1.isEmpty }
        let dice = known.map { name, dice in "\(name) Dice \(Self.mean(dice))" }
        lines.append(
            "complete: \((dice + [""]).joined(separator: "; "))its model is the mean of \(trainings.words)"
        )
        return lines.joined(separator: "\n")
    }
}

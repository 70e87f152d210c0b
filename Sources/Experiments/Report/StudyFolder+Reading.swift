internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
package import SegNASReport
public import SegNASSegmentation
public import SegNASStudy

// The files of a study beside its database.

extension StudyFolder {
    /// The best model's results on the test cases; nil if it was not evaluated, even if an earlier one was.
    public func evaluation() throws -> Evaluation? {
        let file = "\(test)/evaluation.json"
        guard FileManager.default.fileExists(atPath: file),
            let evaluated = BestModelTest.Cases(in: self),
            let digests = try? ModelEnsemble(of: path).weightsDigests(),
            evaluated.model == digests.joined(separator: " ")
        else { return nil }
        do {
            return try JSONDocument.read(from: file)
        } catch {
            throw StudyError.file(
                file, reason: "is not what a search writes: remove it and run the search again")
        }
    }

    /// The final training of the best network; nil if the best model is that of a trial.
    public var finalTraining: TrainingRecord? {
        guard bestTarget?.hasPrefix("\(Self.finals)/") == true else { return nil }
        return TrainingRecord(ofModel: bestModel)
    }

    /// The final training of the best network on folds or with several seeds; nil if there was none, or it is not
    /// complete.
    var foldTraining: StudyReport.FinalTraining? {
        let folder = CrossValidationFolder(bestModel)
        guard let trainings = folder.trainingsOfModel,
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        else { return nil }
        let records = trainings.all.map { training in
            let model = "\(folder.run(training))/\(ModelLocation.modelOfRun)"
            return TrainingRecord(ofModel: model)?.epochs ?? []
        }
        let curve = records[0].map(TrainingEpoch.init)
        var final = StudyReport.FinalTraining(
            epochs: curve.count, dice: evaluation.foreground[.dice]?.mean,
            trainings: trainings,
            seconds: records.joined().reduce(0) { $0 + $1.seconds + $1.validationSeconds })
        final.curve = curve
        return final
    }

    /// The final training of the best network, once or several times; nil if there was none.
    var finalOutcome: StudyReport.FinalTraining? {
        guard let record = finalTraining else { return foldTraining }
        var final = StudyReport.FinalTraining(
            epochs: record.epochs.count, dice: record.validation?.mean,
            seconds: record.epochs.reduce(0) { $0 + $1.seconds + $1.validationSeconds })
        final.curve = record.epochs.map(TrainingEpoch.init)
        return final
    }
}

extension StudyFolder {
    /// The epochs of a trial that is trained to the end; nil if its plan does not say.
    package func epochs(of plan: StudyPlan) -> Int? {
        (try? RecordedConditions(plan, in: self))?.asked.training.epochs
    }

    /// The images that the study was begun with; nil if they are not recorded yet.
    public func trainingData() throws -> TrainingDataset? {
        do {
            return try JSONDocument.readIfPresent(from: dataset, schema: 1...1)
        } catch {
            throw StudyError.file(dataset, reason: "is not what a search writes: restore it")
        }
    }

    /// Compares the images with those that the study was begun with, or records them.
    func check(_ data: TrainingDataset) throws {
        guard let begun = try trainingData() else { return try write(data) }
        let changes = begun.changes(to: data)
        guard changes.isEmpty else { throw TrainingError.otherDataset(run: path, changes) }
        // It may lie in another folder.
        if begun != data { try write(data) }
    }

    private func write(_ data: TrainingDataset) throws {
        try JSONDocument.write(data, to: dataset)
    }
}

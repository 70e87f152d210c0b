internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASTorch

/// The predictions of each case by the fold that has not seen it, their evaluation, and the clean-up that they choose.
struct FoldPredictions {
    let folder: CrossValidationFolder
    let plan: CrossValidationPlan
    let dataset: Dataset
    let device: Device
    let threads: Int
    let monitor: Monitor

    /// The result of the folds' runs; what belongs to these very models is not computed again.
    func result(of runs: [TrainingResult]) throws -> CrossValidationResult {
        let locations = try runs.map { try ModelLocation(of: $0.run) }
        let digests = try locations.map { try Model.weightsDigest(contentsOf: $0.model) }
        if let cleanUp = try? PostProcessingRecord(contentsOf: folder.postProcessing),
            cleanUp.models == digests,
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        {
            return CrossValidationResult(
                path: folder.path, runs: runs, evaluation: evaluation, postProcessing: cleanUp)
        }
        // They are those of other models, or are not complete.
        for file in [folder.postProcessing, folder.evaluation] { try remove(file) }
        let maps = try predict(locations)
        return try evaluate(maps, runs, digests)
    }

    private func remove(_ file: String) throws {
        guard FileManager.default.fileExists(atPath: file) else { return }
        do {
            try FileManager.default.removeItem(atPath: file)
        } catch {
            throw TrainingError.unwritable(file: file, reason: "\(error)")
        }
    }

    /// The labelled cases that a fold validates.
    private func cases(_ fold: Int) -> [Dataset.Case] {
        let names = Set(plan.folds[fold].validation)
        return dataset.training.filter { names.contains($0.identifier) }
    }

    private var allCases: [Dataset.Case] {
        plan.folds.indices.flatMap(cases).sorted { $0.identifier < $1.identifier }
    }

    // MARK: - Predicting

    private func predict(_ locations: [ModelLocation]) throws -> PredictionFolder {
        let options = PredictionOptions(
            precision: plan.options.training.precision, threads: threads)
        let models = try locations.map { try Model(contentsOf: $0.model, device: device) }
        let record = try PredictionRecord(locations, models, options)
        let subjects = allCases
        try record.removeOthers(in: folder.predictions)
        let maps = try PredictionFolder(
            folder.predictions, of: record, labels: dataset.labels, cases: subjects,
            overwrites: false, probabilities: false)
        var done = 0
        for (fold, model) in models.enumerated() {
            let held = cases(fold)
            let before = done
            let job = PredictionJob(
                predictor: try Predictor([model], options), folder: maps,
                isEndRequested: monitor.isEndRequested,
                report: { count, _ in
                    monitor.report(.predicting(done: before + count, all: subjects.count))
                })
            let result = job.run(ImageInputs(held))
            try checkEnd()
            if let failure = result.cases.first(where: { $0.state == .failed }) {
                throw CrossValidationFailure(failure)
            }
            done += held.count
        }
        return maps
    }

    private func checkEnd() throws(TrainingError) {
        if monitor.isEndRequested() { throw .interrupted(run: folder.path) }
    }

    // MARK: - Evaluating

    private func evaluate(
        _ maps: PredictionFolder, _ runs: [TrainingResult], _ digests: [String]
    ) throws -> CrossValidationResult {
        defer { monitor.report(.evaluationEnded) }
        var choice = PostProcessingChoice(dataset.labels)
        var evaluated: [CaseEvaluation] = []
        let subjects = allCases
        for subject in subjects {
            try checkEnd()
            monitor.report(.evaluating(done: evaluated.count, all: subjects.count))
            evaluated.append(try evaluate(subject, maps, &choice))
        }
        let evaluation = Evaluation(evaluated, labels: dataset.labels)
        let record = choice.record(models: digests)
        do {
            try JSONDocument.write(evaluation, to: folder.evaluation)
            try JSONDocument.write(record, to: folder.postProcessing)
        } catch {
            throw TrainingError.unwritable(file: folder.path, reason: "\(error)")
        }
        return CrossValidationResult(
            path: folder.path, runs: runs, evaluation: evaluation, postProcessing: record)
    }

    private func evaluate(
        _ subject: Dataset.Case, _ maps: PredictionFolder, _ choice: inout PostProcessingChoice
    ) throws -> CaseEvaluation {
        guard let label = subject.label else {
            preconditionFailure("case \(subject.identifier) has no label map to compare with")
        }
        let reference = try LabelMap(contentsOf: label, values: dataset.labels.valuesByName)
        let prediction = try LabelMap(contentsOf: maps.labelMap(of: subject.identifier))
        var evaluated = try CaseEvaluation(
            subject.identifier, reference: reference, prediction: prediction,
            labels: dataset.labels, threads: threads)
        evaluated.referenceFile = label
        // Relative, so that it stays right when the folder moves.
        evaluated.predictionFile =
            "\(CrossValidationFolder.predictionsName)/\(subject.identifier).nii.gz"
        try choice.add(reference: reference, prediction: prediction, threads: threads)
        return evaluated
    }
}

/// A case of a cross-validation that could not be predicted.
public struct CrossValidationFailure: Error, CustomStringConvertible {
    private var sentence: String
    var isOutOfMemory: Bool

    init(_ entry: PredictionResult.Entry) {
        sentence = entry.error ?? "case \(entry.name) could not be predicted"
        isOutOfMemory = entry.isOutOfMemory
    }

    public var description: String { sentence }
}

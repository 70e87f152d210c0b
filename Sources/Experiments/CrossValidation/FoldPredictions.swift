internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASTorch

/// The predictions of each validation case by the networks that have not seen it, their evaluation, and the clean-up
/// that they choose; then those of test cases by all networks, cleaned up.
struct FoldPredictions {
    let folder: CrossValidationFolder
    let plan: CrossValidationPlan
    let dataset: Dataset
    let device: Device
    let threads: Int
    let monitor: Monitor

    /// The result of all runs; what belongs to these very models is not computed again.
    func result(of runs: [TrainingResult]) throws -> CrossValidationResult {
        let locations = try runs.map { try ModelLocation(of: $0.run) }
        let digests = try locations.map { try Model.weightsDigest(contentsOf: $0.model) }
        var result: CrossValidationResult
        if let cleanUp = try? PostProcessingRecord(contentsOf: folder.postProcessing),
            cleanUp.models == digests,
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        {
            result = CrossValidationResult(
                path: folder.path, trainings: plan.trainings, runs: runs, evaluation: evaluation,
                postProcessing: cleanUp)
        } else {
            // They are those of other models, or are not complete.
            for file in [folder.postProcessing, folder.evaluation, folder.test] {
                try remove(file)
            }
            result = try evaluate(allCases.isEmpty ? nil : predict(locations), runs, digests)
        }
        result.test = try testEvaluation(locations, result.postProcessing.chosen)
        return result
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
    private func cases(_ fold: Int) -> [Dataset.Case] { cases(named: plan.folds[fold].validation) }

    private func cases(named names: [String]) -> [Dataset.Case] {
        let names = Set(names)
        return dataset.training.filter { names.contains($0.identifier) }
    }

    private var allCases: [Dataset.Case] {
        plan.folds.indices.flatMap(cases).sorted { $0.identifier < $1.identifier }
    }

    // MARK: - Predicting

    private func predict(_ locations: [ModelLocation]) throws -> PredictionFolder {
        let options = predictionOptions(cleanUp: nil)
        let models = try locations.map { try Model(contentsOf: $0.model, device: device) }
        let record = try PredictionRecord(locations, models, options)
        let subjects = allCases
        try record.removeOthers(in: folder.predictions)
        let maps = try PredictionFolder(
            folder.predictions, of: record, labels: dataset.labels, cases: subjects,
            overwrites: false, probabilities: false)
        var done = 0
        for fold in plan.folds.indices {
            let held = cases(fold)
            guard !held.isEmpty else { continue }
            let own = zip(plan.trainings.all, models).filter { $0.0.fold == fold }.map(\.1)
            try predict(held, own, options, into: maps, after: done, of: subjects.count)
            done += held.count
        }
        return maps
    }

    private func predictionOptions(cleanUp: PostProcessing?) -> PredictionOptions {
        PredictionOptions(
            precision: plan.options.training.precision, postProcessing: cleanUp, threads: threads)
    }

    /// Predicts cases with the mean of models; `before` of `all` are done.
    private func predict(
        _ subjects: [Dataset.Case], _ models: [Model], _ options: PredictionOptions,
        into maps: PredictionFolder, after before: Int, of all: Int
    ) throws {
        let job = PredictionJob(
            predictor: try Predictor(models, options), folder: maps,
            isEndRequested: monitor.isEndRequested,
            report: { count, _ in monitor.report(.predicting(done: before + count, all: all)) })
        let result = job.run(ImageInputs(subjects))
        try checkEnd()
        if let failure = result.cases.first(where: { $0.state == .failed }) {
            throw CrossValidationFailure(failure)
        }
    }

    private func checkEnd() throws(TrainingError) {
        if monitor.isEndRequested() { throw .interrupted(run: folder.path) }
    }

    // MARK: - Evaluating

    private func evaluate(
        _ maps: PredictionFolder?, _ runs: [TrainingResult], _ digests: [String]
    ) throws -> CrossValidationResult {
        defer { monitor.report(.evaluationEnded) }
        var choice = PostProcessingChoice(dataset.labels)
        var evaluated: [CaseEvaluation] = []
        let subjects = allCases
        for subject in subjects {
            guard let maps else { break }
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
            path: folder.path, trainings: plan.trainings, runs: runs, evaluation: evaluation,
            postProcessing: record)
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

// MARK: - Testing

extension FoldPredictions {
    /// The evaluation of the test cases, by the mean of all networks and cleaned up; nil if there are none.
    private func testEvaluation(
        _ locations: [ModelLocation], _ cleanUp: PostProcessing
    ) throws -> Evaluation? {
        let subjects = cases(named: plan.folds.flatMap(\.test))
        guard !subjects.isEmpty, plan.testsElsewhere != true else { return nil }
        if let known = try? JSONDocument.read(Evaluation.self, from: folder.test) { return known }
        let options = predictionOptions(cleanUp: cleanUp)
        let models = try locations.map { try Model(contentsOf: $0.model, device: device) }
        let record = try PredictionRecord(locations, models, options)
        try record.removeOthers(in: folder.testPredictions)
        let maps = try PredictionFolder(
            folder.testPredictions, of: record, labels: dataset.labels, cases: subjects,
            overwrites: false, probabilities: false)
        try predict(subjects, models, options, into: maps, after: 0, of: subjects.count)
        defer { monitor.report(.evaluationEnded) }
        var done = 0
        let evaluation = try Evaluation(of: subjects, labels: dataset.labels, threads: threads) {
            subject in
            try checkEnd()
            monitor.report(.evaluating(done: done, all: subjects.count))
            done += 1
            return try LabelMap(contentsOf: maps.labelMap(of: subject.identifier))
        }
        do {
            try JSONDocument.write(evaluation, to: folder.test)
        } catch {
            throw TrainingError.unwritable(file: folder.test, reason: "\(error)")
        }
        return evaluation
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

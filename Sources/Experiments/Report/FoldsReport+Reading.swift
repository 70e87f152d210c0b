internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSegmentation

extension FoldsReport {
    /// Reads the report's content from the files of a cross-validation, also while it is trained; no lock is taken.
    ///
    /// - Parameters:
    ///   - path: The folder of the cross-validation.
    ///   - display: What is shown of cases; nil shows none in images.
    /// - Throws: `TrainingError` if the folder has none, or files that cannot be read.
    public init(of path: String, showing display: CaseDisplay? = CaseDisplay()) throws {
        let folder = CrossValidationFolder(path)
        guard let plan = try CrossValidationPlan(in: folder) else {
            throw TrainingError.unreadable(
                file: folder.plan, reason: "it is not the plan of a cross-validation")
        }
        self.init(
            dataset: plan.dataset.name, network: plan.options.network, labels: plan.dataset.labels,
            trainings: plan.trainings,
            runs: try plan.trainings.all.map { training in
                let run = folder.run(training)
                return RecordedRun(in: run) == nil ? nil : try RunReport(of: run, showing: nil)
            }, version: Release.version)
        if plan.folds.count == 1 { division = plan.folds[0].words }
        date = LocalTime.now
        guard folder.isComplete,
            let record = try? PostProcessingRecord(contentsOf: folder.postProcessing),
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        else { return }
        cleanUp = record.chosen.steps.isEmpty ? "none" : record.chosen.words(plan.dataset.labels)
        self.evaluation = evaluation
        test = try? JSONDocument.read(Evaluation.self, from: folder.test)
        guard let display else { return }
        namesCases = display.namesCases
        // The page does without pictures of what has moved.
        let dataset = try? Dataset(
            contentsOf: plan.options.data.dataset, allowing: plan.options.data.allowed)
        cases = try EvaluatedCases(
            test ?? evaluation, files: dataset?.training ?? [],
            predictions: test == nil ? folder.predictions : folder.testPredictions
        ).section(display)
    }
}

extension StagesReport {
    /// Reads the report's content from the files of a cascade, also while it is trained; no lock is taken.
    ///
    /// - Parameters:
    ///   - path: The folder of the cascade.
    ///   - display: What is shown of cases.
    /// - Throws: `TrainingError` if the folder has none, or its first stage is not begun.
    public init(of path: String, showing display: CaseDisplay = CaseDisplay()) throws {
        let folder = CascadeFolder(path)
        let second: SecondStage? =
            switch FolderKind(of: folder.full) {
            case .run?:
                .run(try RunReport(of: folder.full, showing: display))
            case .crossValidation?:
                .folds(try FoldsReport(of: folder.full, showing: display))
            default: nil
            }
        // The pictures are those of the second stage.
        let first = try FoldsReport(of: folder.low.path, showing: nil)
        self.init(first: first, second: second, version: Release.version)
        date = LocalTime.now
    }
}

internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSegmentation

extension FoldsReport {
    /// Reads the report's content from the files of a cross-validation, also while it is trained; no lock is taken.
    ///
    /// - Parameters:
    ///   - path: The folder of the cross-validation.
    ///   - showsImages: True to show images behind the labels of cases.
    ///   - namesCases: True to name cases, with lines that open their files in other programs.
    ///   - page: The folder of a page with all cases; nil for as many as one file holds.
    /// - Throws: `TrainingError` if the folder has none, or files that cannot be read.
    public init(
        of path: String, showsImages: Bool = true, namesCases: Bool = false,
        in page: PageFolder? = nil
    ) throws {
        try self.init(
            of: path,
            showing: CaseDisplay(showsImages: showsImages, namesCases: namesCases, page: page))
    }

    /// The same; nil shows no cases in images.
    init(of path: String, showing display: CaseDisplay?) throws {
        let folder = CrossValidationFolder(path)
        guard let plan = try CrossValidationPlan(in: folder) else {
            throw TrainingError.unreadable(
                file: folder.plan, reason: "it is not the plan of a cross-validation")
        }
        self.init(
            dataset: plan.dataset.name, network: plan.options.network, labels: plan.dataset.labels,
            folds: try plan.folds.indices.map { fold in
                let run = folder.run(fold)
                return RecordedRun(in: run) == nil ? nil : try RunReport(of: run)
            }, version: Release.version)
        date = LocalTime.now
        guard let record = try? PostProcessingRecord(contentsOf: folder.postProcessing),
            let evaluation = try? JSONDocument.read(Evaluation.self, from: folder.evaluation)
        else { return }
        cleanUp = record.chosen.steps.isEmpty ? "none" : record.chosen.words(plan.dataset.labels)
        self.evaluation = evaluation
        guard let display else { return }
        namesCases = display.namesCases
        // The page does without pictures of what has moved.
        let dataset = try? Dataset(
            contentsOf: plan.options.data.dataset, allowing: plan.options.data.allowed)
        cases = try EvaluatedCases(
            evaluation, files: dataset?.training ?? [], predictions: folder.predictions
        ).section(display)
    }
}

extension StagesReport {
    /// Reads the report's content from the files of a cascade, also while it is trained; no lock is taken.
    ///
    /// - Parameters:
    ///   - path: The folder of the cascade.
    ///   - showsImages: True to show images behind the labels of cases.
    ///   - namesCases: True to name cases, with lines that open their files in other programs.
    ///   - page: The folder of a page with all cases; nil for as many as one file holds.
    /// - Throws: `TrainingError` if the folder has none, or its first stage is not begun.
    public init(
        of path: String, showsImages: Bool = true, namesCases: Bool = false,
        in page: PageFolder? = nil
    ) throws {
        let folder = CascadeFolder(path)
        let second: SecondStage? =
            switch FolderKind(of: folder.full) {
            case .run?: .run(try RunReport(of: folder.full))
            case .crossValidation?:
                .folds(
                    try FoldsReport(
                        of: folder.full, showsImages: showsImages, namesCases: namesCases,
                        in: page))
            default: nil
            }
        // The pictures are those of the second stage.
        let first = try FoldsReport(of: folder.low.path, showing: nil)
        self.init(first: first, second: second, version: Release.version)
        date = LocalTime.now
    }
}

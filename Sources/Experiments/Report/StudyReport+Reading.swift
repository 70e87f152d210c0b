internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy

extension StudyReport {
    /// Reads the report's content from the files of a study.
    ///
    /// - Parameters:
    ///   - folder: The study.
    ///   - display: What is shown of test cases.
    /// - Throws: What keeps the files from being read, or those of the page from being written.
    public init(of folder: StudyFolder, showing display: CaseDisplay = CaseDisplay()) throws {
        try self.init(of: folder, record: StudySnapshot(of: folder.path), showing: display)
    }

    /// The same of what was read of its database before.
    package init(
        of folder: StudyFolder, record: StudySnapshot, showing display: CaseDisplay = CaseDisplay()
    ) throws {
        self.init(record, version: Release.version)
        // The page leaves out what its plan does not say.
        training = (try? RecordedConditions(record.plan, in: folder)).map {
            TrainingDescription($0, in: record.space)
        }
        images = try folder.trainingData()
        test = try folder.evaluation()
        date = LocalTime.now
        if let test {
            namesCases = display.namesCases
            let files = BestModelTest.Cases(in: folder)?.cases ?? []
            cases = try EvaluatedCases(
                test, files: files, predictions: "\(folder.test)/predictions"
            ).section(display)
        }
        guard let best = record.best else { return }
        candidates = folder.finalCandidates(record.plan)
        ensemble = folder.ensembleOutcome(best.number)
        comparisons = RivalComparison.all(
            of: best.trial, record.rivals, record.plan, candidates: candidates, in: folder)
        finalTraining = folder.finalOutcome
        network = try images.flatMap { try NetworkFigure(best.trial, trainedOn: $0) }
    }
}

extension NetworkFigure {
    /// The network of a trial; nil if it cannot be built.
    fileprivate init?(_ trial: Trial, trainedOn images: TrainingDataset) throws {
        let plan = try NetworkPlan(
            trial.architecture, channels: images.dataset.channels.count,
            classes: images.dataset.labels.outputCount)
        let seen = images.choosing(trial.hyperparameters)
        self.init(plan, size: seen.preparation.options.size)
    }
}

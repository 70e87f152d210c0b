internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy

extension StudyReport {
    /// Reads all that the files of a study tell.
    public init(of folder: StudyFolder, showsImages: Bool) throws {
        let record = try StudySnapshot(of: folder.path)
        self.init(record, version: Release.version)
        // A page does without what its plan does not say.
        training = (try? RecordedConditions(record.plan, in: folder)).map(TrainingDescription.init)
        images = try folder.trainingData()
        test = try folder.evaluation()
        date = Date.now.formatted(.iso8601)
        if let test {
            cases = TestCaseViews(test, in: folder, showsImages: showsImages).section
        }
        guard let best = record.best else { return }
        finalTraining = folder.finalTraining.map { record in
            FinalTraining(epochs: record.epochs.count, dice: record.validation?.mean)
        }
        network = try images.flatMap { try NetworkFigure(best.trial, trainedOn: $0) }
    }
}

extension NetworkFigure {
    /// The network of a trial; nil where it cannot be built.
    fileprivate init?(_ trial: Trial, trainedOn images: TrainingDataset) throws {
        let plan = try NetworkPlan(
            trial.architecture, channels: images.dataset.channels.count,
            classes: images.dataset.labels.classCount)
        self.init(plan, size: images.preparation.options.size)
    }
}

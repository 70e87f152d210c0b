internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
public import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy

extension StudyReport {
    /// Reads the report's content from the files of a study.
    public init(of folder: StudyFolder, showsImages: Bool) throws {
        try self.init(of: folder, record: StudySnapshot(of: folder.path), showsImages: showsImages)
    }

    /// The same of what was read of its database before.
    package init(of folder: StudyFolder, record: StudySnapshot, showsImages: Bool) throws {
        self.init(record, version: Release.version)
        // The page leaves out what its plan does not say.
        training = (try? RecordedConditions(record.plan, in: folder)).map {
            TrainingDescription($0, in: record.space)
        }
        images = try folder.trainingData()
        test = try folder.evaluation()
        date = Date.now.formatted(.iso8601)
        if let test {
            cases = TestCaseViews(test, in: folder, showsImages: showsImages).section
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

/// The test cases that a report shows: the worst, the median and the best.
struct TestCaseViews {
    /// Nil if no case can be read any more.
    let section: AnatomySection?

    /// - Parameters:
    ///   - evaluation: The evaluation of all test cases, whose order numbers them.
    ///   - folder: The study, which has the predictions and the paths of the images.
    ///   - showsImages: True to show images behind the labels.
    init(_ evaluation: Evaluation, in folder: StudyFolder, showsImages: Bool) {
        let listed = Self.cases(in: folder)
        let views = Self.chosen(evaluation).compactMap { rank, index -> AnatomyCase? in
            let subject = evaluation.cases[index]
            return listed[subject.identifier].flatMap { files in
                AnatomyCase(
                    "\(rank): case \(index + 1)", files, in: folder,
                    dice: subject.foregroundMean(.dice), showsImages: showsImages)
            }
        }
        section = AnatomySection(cases: views, labels: evaluation.labels.foreground)
    }

    /// The files of cases at the time of prediction.
    private static func cases(in folder: StudyFolder) -> [String: Dataset.Case] {
        let cases = BestModelTest.Cases(in: folder)?.cases ?? []
        return Dictionary(cases.map { ($0.identifier, $0) }) { first, _ in first }
    }

    /// Indices of the chosen cases; each only once if there are fewer than three.
    private static func chosen(_ evaluation: Evaluation) -> [(rank: String, index: Int)] {
        let dice = evaluation.cases.map { $0.foregroundMean(.dice) ?? .infinity }
        let order = dice.indices.filter { dice[$0].isFinite }.sorted {
            (dice[$0], $0) < (dice[$1], $1)
        }
        guard order.count > 1 else { return order.map { ("only", $0) } }
        let middle = order.count > 2 ? [("median", order[(order.count - 1) / 2])] : []
        return [("worst", order[0])] + middle + [("best", order[order.count - 1])]
    }
}

extension AnatomyCase {
    /// Reads a case; nil if its files are gone, or have changed since.
    fileprivate init?(
        _ title: String, _ files: Dataset.Case, in folder: StudyFolder, dice: Double?,
        showsImages: Bool
    ) {
        let prediction = "\(folder.test)/predictions/\(files.identifier).nii.gz"
        guard let label = files.label, let prediction = try? LabelMap(contentsOf: prediction),
            let stored = try? LabelMap(contentsOf: label),
            let reference = stored.reoriented(onto: prediction.geometry)
        else { return nil }
        let image = showsImages ? files.images.first.flatMap { try? Volume(contentsOf: $0) } : nil
        self.init(
            title: title,
            image: image.flatMap { $0.geometry.size == reference.geometry.size ? $0 : nil },
            reference: reference, prediction: prediction, dice: dice)
    }
}

internal import Datasets
internal import FoundationEssentials
internal import Host
internal import Report
internal import Segmentation
internal import Study
internal import Torch

extension StudyReport {
    /// Reads all that the files of a study tell.
    init(of folder: StudyFolder, showsImages: Bool) throws {
        let record = try StudyRecord(of: folder.path)
        self.init(record, version: version)
        images = try folder.trainingData()
        test = try folder.evaluation()
        date = Date.now.formatted(.iso8601)
        if let test {
            let views = TestCaseViews(test, in: folder, showsImages: showsImages).html
            cases = views.isEmpty ? nil : views
        }
        guard let best = record.best else { return }
        finalTraining = FinalTraining(in: folder)
        network = try images.flatMap { try NetworkFigure(best.trial, trainedOn: $0) }
    }
}

extension StudyFolder {
    /// How the best model does on the test cases; nil before it was judged.
    fileprivate func evaluation() throws -> Evaluation? {
        let file = "\(test)/evaluation.json"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        do {
            let text = try readText(at: file, limit: 256 << 20)
            return try JSONDecoder().decode(Evaluation.self, from: Data(text.utf8))
        } catch {
            throw StudyError.file(
                file, reason: "is not what a search writes: remove it and run the search again")
        }
    }
}

extension NetworkFigure {
    /// The network of a trial; nil where it cannot be built.
    fileprivate init?(_ trial: Trial, trainedOn images: TrainingData) throws {
        let size = images.preparation.options.size
        let plan = try NetworkPlan(
            trial.architecture, channels: images.dataset.channels.count,
            classes: images.dataset.labels.classCount)
        self.init(plan, size: Extent(size.z, size.y, size.x))
    }
}

extension StudyReport.FinalTraining {
    /// What `training.json` says, if the best model is that of a training after the search.
    fileprivate init?(in folder: StudyFolder) {
        let model = try? FileManager.default.destinationOfSymbolicLink(atPath: folder.best)
        guard model?.hasPrefix("final/") == true,
            let text = try? readText(at: "\(folder.best)/training.json", limit: 256 << 20),
            let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8))
        else { return nil }
        let chosen = document.epochs.first { $0.epoch == document.chosenEpoch }
        self.init(epochs: document.epochs.count, dice: chosen?.validation?.mean)
    }

    private struct Document: Decodable {
        var chosenEpoch: Int
        var epochs: [Segmentation.EpochRecord]
    }
}

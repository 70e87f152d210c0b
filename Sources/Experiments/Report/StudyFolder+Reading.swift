internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSegmentation
public import SegNASStudy

// What lies in a study beside its book, for those who tell of it.

extension StudyFolder {
    /// How the best model does on the test cases; nil before it was judged, though one before it may have been.
    public func evaluation() throws -> Evaluation? {
        let file = "\(test)/evaluation.json"
        guard FileManager.default.fileExists(atPath: file),
            let judged = BestModelTest.Cases(in: self),
            judged.model == (try? Model.weightsDigest(contentsOf: bestModel))
        else { return nil }
        do {
            return try JSONDocument.read(from: file)
        } catch {
            throw StudyError.file(
                file, reason: "is not what a search writes: remove it and run the search again")
        }
    }

    /// How the best network was trained after the search; nil where the best model is that of a trial.
    public var finalTraining: TrainingRecord? {
        guard bestTarget?.hasPrefix("\(Self.finals)/") == true else { return nil }
        return TrainingRecord(ofModel: bestModel)
    }
}

extension StudyFolder {
    /// The images that the study was begun with; nil where that is not known yet.
    public func trainingData() throws -> TrainingDataset? {
        do {
            return try JSONDocument.readIfPresent(from: dataset, schema: 1...1)
        } catch {
            throw StudyError.file(dataset, reason: "is not what a search writes: restore it")
        }
    }

    /// Holds the images against those that the study was begun with, or writes them down.
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

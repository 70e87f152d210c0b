public import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation
public import SegNASStudy

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

/// The images of trainings: those of the dataset, how they are divided and how they are prepared.
public struct TrainingDataset: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    public var dataset: DatasetRecord
    public var split: Split
    public var preparation: Preparation

    public init(dataset: DatasetRecord, split: Split, preparation: Preparation) {
        self.dataset = dataset
        self.split = split
        self.preparation = preparation
    }
    /// What has changed in the images since, a sentence each.
    public func changes(to now: TrainingDataset) -> [String] {
        let changes = dataset.changes(to: now.dataset)
        guard changes.isEmpty, split != now.split else { return changes }
        return ["`split` and `groups` give other cases than they did"]
    }
}

internal import SegNASHost

/// The dataset of trainings: its images, their split and their preparation.
public struct TrainingDataset: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    public var dataset: DatasetRecord
    public var split: Split
    public var preparation: Preparation
    /// The cases of each group where a table groups them, whose name is not kept.
    package var groups: [[String]]?

    public init(dataset: DatasetRecord, split: Split, preparation: Preparation) {
        self.dataset = dataset
        self.split = split
        self.preparation = preparation
    }
    /// The changes of the images since, a sentence each.
    public func changes(to now: TrainingDataset) -> [String] {
        let changes = dataset.changes(to: now.dataset)
        guard changes.isEmpty, split != now.split else { return changes }
        return ["`split` and `groups` give other cases than they did"]
    }
}

/// The record of a dataset at training, by which it is recognised later.
public struct DatasetRecord: Hashable, Codable, Sendable {
    public var name: String
    /// The folder; a dataset that has moved is the same one.
    public var folder: String
    public var channels: [String]
    public var labels: LabelTable
    /// The contents of the labelled cases.
    public var cases: [Case]

    public struct Case: Hashable, Codable, Sendable {
        public var identifier: String
        /// Digests of the image's files, then of the label map's.
        public var digests: [String]
    }

    /// Reads the files whose digests are not cached.
    public init(
        _ dataset: Dataset, _ cache: PreparedCache, threads: Int
    ) throws(PreparationErrors) {
        name = dataset.name
        folder = dataset.folder
        channels = dataset.channels
        labels = dataset.labels
        let subjects = dataset.training.sorted { $0.identifier < $1.identifier }
        let digests = concurrentMap(subjects.count, threads: threads) { index in
            Result { () throws(PreparationFault) in try cache.contentDigests(of: subjects[index]) }
        }
        var errors: [PreparationError] = []
        cases = []
        for (subject, digests) in zip(subjects, digests) {
            switch digests {
            case .success(let digests):
                cases.append(Case(identifier: subject.identifier, digests: digests))
            case .failure(let fault):
                errors.append(PreparationError(identifier: subject.identifier, fault: fault))
            }
        }
        guard errors.isEmpty else { throw PreparationErrors(errors: errors) }
    }

    /// The changes since, a sentence each.
    public func changes(to now: DatasetRecord) -> [String] {
        var changes: [String] = []
        if channels != now.channels {
            changes.append("its channels were \(some(channels)), and are \(some(now.channels))")
        }
        if labels != now.labels { changes.append("its labels are others") }
        let before = Dictionary(cases.map { ($0.identifier, $0.digests) }) { first, _ in first }
        let after = Dictionary(now.cases.map { ($0.identifier, $0.digests) }) { first, _ in first }
        let gone = before.keys.filter { after[$0] == nil }.sorted()
        let new = after.keys.filter { before[$0] == nil }.sorted()
        let other = before.keys.filter { after[$0] != nil && after[$0] != before[$0] }.sorted()
        if !gone.isEmpty { changes.append("cases are gone: \(some(gone))") }
        if !new.isEmpty { changes.append("cases are new: \(some(new))") }
        if !other.isEmpty {
            changes.append("images or label maps have other contents: \(some(other))")
        }
        return changes
    }
}

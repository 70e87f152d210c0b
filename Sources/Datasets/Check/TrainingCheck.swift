public import SegNASHost

/// All that is wrong with a dataset for a training on it: what `check` finds, and what its split and size lead to.
///
/// Every command that trains goes through it, with ``TrainingCheck/refuse()``.
public struct TrainingCheck: Sendable {
    /// What the networks are trained for.
    public enum Aim: Sendable {
        /// A model.
        case training
        /// A choice among them, by their validation Dice.
        case search
        /// A comparison, by the test cases, of networks that are chosen so, or are not.
        case comparison(isSearched: Bool)
    }

    /// Of the layout, the images, the split and, when they are known, of prepared cases.
    public private(set) var faults: [DatasetFault]
    private let dataset: Dataset
    private let allowed: Set<AllowableFault>
    let split: Split
    let aim: Aim
    /// Of the labelled cases, in the dataset's order.
    let labelled: [CaseExamination]

    /// Checks a dataset and how it is divided.
    ///
    /// - Parameters:
    ///   - dataset: As it was read.
    ///   - split: Of its labelled cases.
    ///   - aim: What the networks are trained for.
    ///   - allowed: Faults that only warn.
    ///   - cache: Knows files that have been checked before.
    ///   - threads: Cases that are examined at a time; each has two of its files in memory.
    ///   - progress: Called between cases, with those that are done and all; what it throws ends the check.
    public init(
        _ dataset: Dataset, _ split: Split, for aim: Aim, allowing allowed: Set<AllowableFault>,
        cache: PreparedCache, threads: Int = HostResources.current().cores,
        progress: (_ completed: Int, _ total: Int) throws -> Void = { _, _ in }
    ) rethrows {
        let cases = dataset.training + dataset.test
        let examiner = CaseExaminer(dataset)
        var examinations: [CaseExamination] = []
        let step = max(1, threads) * 4
        for start in stride(from: 0, to: cases.count, by: step) {
            try progress(start, cases.count)
            let chunk = Array(cases[start..<min(start + step, cases.count)])
            examinations += cache.examine(chunk, by: examiner, threads: threads)
        }
        try progress(cases.count, cases.count)
        self.dataset = dataset
        self.split = split
        self.aim = aim
        self.allowed = allowed
        labelled = Array(examinations.prefix(dataset.training.count))
        faults = []
        add(dataset.layoutWarnings + allFaults(examinations, of: dataset, split: split))
        add(splitFaults)
    }

    mutating func add(_ faults: [DatasetFault]) {
        self.faults += faults.allowing(allowed)
    }

    /// Throws where training would be impossible or wrong, unless that is allowed.
    public func refuse() throws(DatasetError) {
        let stopping = faults.stopping
        guard stopping.isEmpty else {
            throw DatasetError(source: dataset.folder, faults: stopping)
        }
    }

    /// What a human should look at, a sentence for each kind.
    public var notes: [String] {
        DatasetFault.summary(faults.filter { $0.severity == .warning }, each: 1)
    }

    /// What CT is normalised by, from the labelled voxels of some cases; nil where none can be read.
    public func intensities(of identifiers: [String]) -> [ForegroundIntensities]? {
        let chosen = Set(identifiers)
        return Fingerprint(labelled.filter { chosen.contains($0.identifier) }, of: dataset)?
            .foregroundIntensities
    }

    var labels: [LabelTable.Label] { dataset.labels.foreground }

    /// The labelled cases of a part, as far as the dataset has them.
    func cases(_ part: Split.Part) -> [CaseExamination] {
        let names = Set(split[part])
        return labelled.filter { names.contains($0.identifier) }
    }
}

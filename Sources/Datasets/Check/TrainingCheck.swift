public import SegNASHost
internal import SegNASImaging

/// The check of a dataset before training: what `check` finds, and the consequences of the split and the size.
///
/// Every command that trains runs it, and calls ``TrainingCheck/refuse()``.
public struct TrainingCheck: Sendable {
    /// The purpose of the training.
    public enum Aim: Sendable {
        /// A model.
        case training
        /// A choice among them, by their validation Dice.
        case search
        /// A comparison, by the test cases, of networks that are chosen so, or are not.
        case comparison(isSearched: Bool)
    }

    /// Faults of the layout, the images, the split and, once added, of prepared cases.
    public private(set) var faults: [DatasetFault]
    private let dataset: Dataset
    private let allowed: Set<AllowableFault>
    let split: Split
    private let reserved: Set<String>
    let aim: Aim
    /// Examinations of the labelled cases, in the dataset's order.
    let labelled: [CaseExamination]

    /// Checks a dataset and how it is divided.
    ///
    /// - Parameters:
    ///   - dataset: The dataset to train on.
    ///   - split: The split of its labelled cases.
    ///   - reserved: Cases in no part of it that are for something else, and not missed.
    ///   - aim: The purpose of the training.
    ///   - allowed: Faults that only warn.
    ///   - cache: Keeps the examinations of files that have been checked before.
    ///   - threads: Cases that are examined at a time; each has two of its files in memory.
    ///   - progress: Called between cases, with those that are done and all; what it throws ends the check.
    public init(
        _ dataset: Dataset, _ split: Split, reserving reserved: Set<String> = [], for aim: Aim,
        allowing allowed: Set<AllowableFault>, cache: PreparedCache,
        threads: Int = HostResources.current().cores,
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
        self.reserved = reserved
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

    /// Warnings that a human should look at, a sentence for each kind.
    public var notes: [String] {
        DatasetFault.summary(faults.filter { $0.severity == .warning }, each: 1)
    }

    /// The intensities by which CT is normalised, from the labelled voxels of some cases; nil if none can be read.
    public func intensities(of identifiers: [String]) -> [ForegroundIntensities]? {
        fingerprint(of: identifiers)?.foregroundIntensities
    }

    /// The fingerprint of some labelled cases, such as those that train; nil if none can be read.
    public func fingerprint(of identifiers: [String]) -> Fingerprint? {
        let chosen = Set(identifiers)
        return Fingerprint(labelled.filter { chosen.contains($0.identifier) }, of: dataset)
    }

    /// The grids of the labelled cases that can be read.
    public var grids: [String: Fingerprint.Grid] {
        let pairs = labelled.compactMap { example in
            Fingerprint.Grid(example).map { (example.identifier, $0) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// What the training is for: labels, or regions.
    var labels: [LabelTable.Label] { dataset.labels.structures }

    /// The labelled cases of a part, as far as the dataset has them.
    func cases(_ part: Split.Part) -> [CaseExamination] {
        let names = Set(split[part])
        return labelled.filter { names.contains($0.identifier) }
    }
}

extension TrainingCheck {
    /// The faults of the parts of the split, by the files of their cases.
    var splitFaults: [DatasetFault] {
        // Label maps that cannot be read are separate faults.
        guard labelled.allSatisfy({ $0.labelCounts != nil }) else { return [] }
        return [leftOut, withoutFold, unlearned, unvalidated, untested].compactMap { $0 }.map {
            DatasetFault(.training($0))
        }
    }

    private var leftOut: TrainingProblem? {
        let used = reserved.union(Split.Part.allCases.flatMap { split[$0] })
        let rest = labelled.map(\.identifier).filter { !used.contains($0) }.sorted()
        return rest.isEmpty ? nil : .casesLeftOut(rest, of: labelled.count)
    }

    /// Where the validation cases are a fold of the dataset's own: cases that belong to none.
    private var withoutFold: TrainingProblem? {
        let folds = Dictionary(
            uniqueKeysWithValues: dataset.training.compactMap { subject in
                subject.fold.map { (subject.identifier, $0) }
            })
        let validated = Set(split.validation.map { folds[$0] })
        guard validated.count == 1, let fold = validated.first ?? nil,
            !split.training.contains(where: { folds[$0] == fold })
        else { return nil }
        let rest = split.training.filter { folds[$0] == nil }
        return rest.isEmpty ? nil : .casesWithoutFold(rest, of: labelled.count)
    }

    /// Labels that no case of a part has, though another one does; nil if the part has none at all.
    private func missing(in part: Split.Part) -> [LabelTable.Label]? {
        let found = Set(cases(part).flatMap(presence))
        let all = Set(labelled.flatMap(presence))
        guard !found.isEmpty else { return nil }
        return all.subtracting(found).sorted().map { labels[$0] }
    }

    private var unlearned: TrainingProblem? {
        guard let missing = missing(in: .training) else { return .noTrainingLabels(.files) }
        return missing.isEmpty ? nil : .labelsNotTrained(missing)
    }

    private var unvalidated: TrainingProblem? {
        guard !split.validation.isEmpty else { return nil }
        guard let missing = missing(in: .validation) else { return noValidation(.files) }
        return missing.isEmpty ? nil : .labelsNotValidated(missing, .files)
    }

    private var untested: TrainingProblem? {
        guard !split.test.isEmpty else { return nil }
        guard let missing = missing(in: .test) else {
            return aim.isComparison ? .noJudgement : .noTestLabels
        }
        return missing.isEmpty ? nil : .labelsNotTested(missing)
    }

    func noValidation(_ cause: TrainingProblem.Cause) -> TrainingProblem {
        aim.isSearched ? .noObjective(cause) : .noValidationLabels(cause)
    }
}

extension TrainingCheck.Aim {
    fileprivate var isComparison: Bool {
        if case .comparison = self { true } else { false }
    }

    fileprivate var isSearched: Bool {
        switch self {
        case .training: false
        case .search: true
        case .comparison(let isSearched): isSearched
        }
    }
}

extension TrainingCheck {
    /// Adds the consequences of the prepared size: labels that are in the files, and too small for the grid.
    ///
    /// - Parameters:
    ///   - training: The prepared training cases.
    ///   - validation: The prepared validation cases; nil if validation runs on the grids of the files.
    public mutating func add(prepared training: [PreparedCase], validation: [PreparedCase]?) {
        let problems =
            lostInTraining(training) + (validation.map { lostInValidation($0) } ?? [])
        add(problems.map { DatasetFault(.training($0)) })
    }

    private func lostInTraining(_ prepared: [PreparedCase]) -> [TrainingProblem] {
        let presence = presence(in: prepared)
        let files = cases(.training)
        guard files.contains(where: { !self.presence(in: $0).isEmpty }) else { return [] }
        guard presence.values.contains(where: { !$0.isEmpty }) else {
            return [.noTrainingLabels(.size)]
        }
        return labels.enumerated().compactMap { index, label in
            let having = files.filter { self.presence(in: $0).contains(index) }.map(\.identifier)
            let lost = having.count { presence[$0]?.contains(index) == false }
            guard lost > 0 else { return nil }
            if lost == having.count { return .labelLost(label, cases: lost) }
            return 2 * lost > having.count
                ? .labelOftenLost(label, cases: lost, of: having.count) : nil
        }
    }

    private func lostInValidation(_ prepared: [PreparedCase]) -> [TrainingProblem] {
        let presence = presence(in: prepared)
        let files = cases(.validation)
        let inFiles = Set(files.flatMap(self.presence))
        guard !inFiles.isEmpty else { return [] }
        guard presence.values.contains(where: { !$0.isEmpty }) else {
            return [noValidation(.size)]
        }
        let lost = inFiles.subtracting(presence.values.joined()).sorted().map { labels[$0] }
        return lost.isEmpty ? [] : [.labelsNotValidated(lost, .size)]
    }

    /// The places among the labels of those that the file of a case has.
    private func presence(in file: CaseExamination) -> Set<Int> {
        let counts = file.labelCounts ?? [:]
        return places(dataset.labels.structureValues) { counts[$0, default: 0] > 0 }
    }

    /// The places among the labels of those that each prepared case has.
    private func presence(in prepared: [PreparedCase]) -> [String: Set<Int>] {
        let structures = dataset.labels.structureClasses
        let pairs = prepared.map { subject in
            let classes = subject.classes
            return (subject.identifier, places(structures) { classes.contains(Int($0)) })
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The places of the structures that have one of their values.
    private func places<Value>(
        _ structures: [[Value]], where isPresent: (Value) -> Bool
    ) -> Set<Int> {
        Set(structures.indices.filter { structures[$0].contains(where: isPresent) })
    }
}

extension PreparedCase {
    /// Classes of which there are voxels.
    fileprivate var classes: Set<Int> {
        if let known = classVoxels {
            return Set(known.counts.indices.filter { known.counts[$0] > 0 })
        }
        var isThere = [Bool](repeating: false, count: 256)
        labels?.withValues(as: UInt8.self) { labels in
            for label in labels { isThere[Int(label)] = true }
        }
        return Set(isThere.indices.filter { isThere[$0] })
    }
}

public import SegNASHost
internal import SegNASImaging

/// Every fault of a dataset, and what it holds.
public struct DatasetCheck: Equatable, Sendable {
    /// Nil where the layout's faults leave nothing to use.
    public var dataset: Dataset?
    /// Of the layout, then of the cases in their order, then of all together.
    public var faults: [DatasetFault]
    /// Nil where no case can be read.
    public var fingerprint: Fingerprint?
    /// Why the layout is taken for what it is; nil where nothing speaks for any.
    public var recognition: LayoutRecognition?

    /// Whether a network can be trained on it, and would learn what is meant.
    public var isSound: Bool { !faults.contains { $0.severity == .fault } }

    /// Checks what a folder or a datalist holds.
    ///
    /// - Parameters:
    ///   - path: As for ``Dataset/init(contentsOf:threads:allowing:)``.
    ///   - threads: Cases that are examined at a time; each has two of its files in memory.
    ///   - progress: Called from several threads after each case, with the number of all.
    public init(
        contentsOf path: String, threads: Int = HostResources.current().cores,
        progress: @Sendable (_ of: Int) -> Void = { _ in }
    ) {
        let reading = DatasetReading(contentsOf: path, threads: threads)
        guard let dataset = reading.dataset else {
            self.init(dataset: nil, faults: reading.faults, fingerprint: nil)
            recognition = reading.recognition
            return
        }
        self.init(dataset, threads: threads, progress: progress)
        recognition = reading.recognition
        // Cases that have faults were not looked at, and may hold the labels that the others lack.
        let isWhole = !reading.faults.contains { $0.severity == .fault }
        faults = reading.faults + faults.filter { isWhole || $0.kind != "labelInNoCase" }
    }

    /// Checks the images of a dataset whose layout has been read.
    public init(
        _ dataset: Dataset, threads: Int = HostResources.current().cores,
        progress: @Sendable (_ of: Int) -> Void = { _ in }
    ) {
        let cases = dataset.training + dataset.test
        let examiner = CaseExaminer(dataset)
        let examinations = concurrentMap(cases.count, threads: threads) { index in
            let result = examiner.examine(cases[index])
            progress(cases.count)
            return result
        }
        self.init(
            dataset: dataset, faults: allFaults(examinations, of: dataset, split: nil),
            fingerprint: Fingerprint(examinations, of: dataset))
    }

    private init(dataset: Dataset?, faults: [DatasetFault], fingerprint: Fingerprint?) {
        self.dataset = dataset
        self.faults = faults
        self.fingerprint = fingerprint
    }

    /// The same check, where faults of some kinds are allowed; without cases there is nothing to go on with.
    public func allowing(_ kinds: Set<AllowableFault>) -> DatasetCheck {
        guard dataset != nil else { return self }
        var check = self
        check.faults = faults.allowing(kinds)
        return check
    }
}

extension CaseExaminer {
    /// Of each case and channel nnU-Net's 10,000 voxels, or fewer where all together would fill memory.
    init(_ dataset: Dataset) {
        let images = max(1, dataset.training.count * dataset.channels.count)
        self.init(
            dataset: dataset, sampledVoxels: max(100, min(10_000, 10_000_000 / images)))
    }
}

/// What is wrong with cases, the labelled ones before those without labels: each by itself, then beside the others.
///
/// The split is nil where it is not known.
func allFaults(
    _ examinations: [CaseExamination], of dataset: Dataset, split: Split?
) -> [DatasetFault] {
    examinations.flatMap(\.faults) + unusualSpacings(examinations)
        + ImageCopies(examinations, of: dataset, split: split).faults
        + valueFaults(examinations, of: dataset) + missingLabels(examinations, of: dataset)
}

extension Fingerprint {
    /// The fingerprint of some cases of a dataset, such as those that train; nil where none can be read.
    public init?(
        of dataset: Dataset, training identifiers: [String],
        threads: Int = HostResources.current().cores
    ) {
        let chosen = Set(identifiers)
        var part = dataset
        part.training = dataset.training.filter { chosen.contains($0.identifier) }
        part.test = []
        guard let fingerprint = DatasetCheck(part, threads: threads).fingerprint else { return nil }
        self = fingerprint
    }
}

/// Cases whose spacing is more than three times that of most, or less than a third.
private func unusualSpacings(_ examinations: [CaseExamination]) -> [DatasetFault] {
    let spacings = examinations.compactMap { examination in
        examination.grid.map { (identifier: examination.identifier, spacing: $0.bodySpacing) }
    }
    guard !spacings.isEmpty else { return [] }
    let median = Fingerprint.Range(spacings.map(\.spacing)).median
    return spacings.compactMap { identifier, spacing in
        let ratio = spacing / median
        guard ratio.max() > 3 || ratio.min() < 1 / 3.0 else { return nil }
        return DatasetFault(
            .unusualSpacing(spacing, median: median), caseIdentifier: identifier)
    }
}

/// Labels that no case holds, as far as all label maps could be read.
private func missingLabels(
    _ examinations: [CaseExamination], of dataset: Dataset
) -> [DatasetFault] {
    let counts = examinations.prefix(dataset.training.count).map(\.labelCounts)
    guard !counts.contains(where: { $0 == nil }) else { return [] }
    return dataset.labels.foreground.filter { label in
        !counts.contains { ($0?[label.value] ?? 0) > 0 }
    }.map { DatasetFault(.labelInNoCase($0)) }
}

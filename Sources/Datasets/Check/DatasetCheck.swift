public import SegNASHost
internal import SegNASImaging

/// A check of a dataset: all its faults, and its content.
public struct DatasetCheck: Equatable, Sendable {
    /// The sound cases; nil if the layout's faults leave nothing to use.
    public var dataset: Dataset?
    /// Faults of the layout, then of the cases in their order, then of all together.
    public var faults: [DatasetFault]
    /// A summary of the cases; nil if none can be read.
    public var fingerprint: Fingerprint?
    /// The evidence for the layout; nil if there is none for any.
    public var recognition: LayoutRecognition?

    /// True if a network can be trained on it, and would learn what is meant.
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
    /// Samples nnU-Net's 10,000 voxels of each case and channel, or fewer if all together would fill memory.
    init(_ dataset: Dataset) {
        let images = max(1, dataset.training.count * dataset.channels.count)
        self.init(
            dataset: dataset, sampledVoxels: max(100, min(10_000, 10_000_000 / images)))
    }
}

/// The faults of cases, the labelled ones first: each case by itself, then compared with the others.
///
/// The split is nil if it is unknown.
func allFaults(
    _ examinations: [CaseExamination], of dataset: Dataset, split: Split?
) -> [DatasetFault] {
    examinations.flatMap(\.faults) + unusualSpacings(examinations)
        + ImageCopies(examinations, of: dataset, split: split).faults
        + valueFaults(examinations, of: dataset) + missingLabels(examinations, of: dataset)
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

public import SegNASImaging

/// Chooses the clean-up of label maps on predictions whose references are known.
///
/// The steps that are tried, one after the other: the largest component of all labels together (where there are
/// several), then that of each label, in the order of their values, on what the steps before have left. A step is taken
/// if the mean Dice of no label gets lower by it, and that of at least one higher; the mean is over the cases in which
/// the label's Dice is defined. The idea is nnU-Net's (Isensee et al. 2021, doi:10.1038/s41592-020-01008-z), which asks
/// for a higher mean over the labels in the first step. Regions, which may lie inside of each other, have the first
/// step alone, by the Dice of each of them.
public struct PostProcessingChoice {
    private let labels: LabelTable
    private var cases: [Overlaps] = []

    public init(_ labels: LabelTable) {
        self.labels = labels
    }

    /// The overlaps of one case, each for every structure.
    private struct Overlaps {
        var unchanged: [Overlap]
        var cleaned: [Overlap]
        /// After the step of all labels together.
        var foreground: [Overlap]
        var foregroundCleaned: [Overlap]
    }

    /// Adds a predicted label map and its reference.
    ///
    /// - Throws: `GridMismatch` where sizes or positions of the voxels differ.
    public mutating func add(
        reference: LabelMap, prediction: LabelMap, threads: Int = 1
    ) throws(GridMismatch) {
        guard let turned = prediction.reoriented(onto: reference.geometry, threads: threads) else {
            throw GridMismatch(reference: reference.geometry, prediction: prediction.geometry)
        }
        let size = reference.geometry.size
        let truth = labels.classNumbers(of: reference)
        let steps = PostProcessing(single.map { .label($0.value) })
        let unchanged = labels.classNumbers(of: turned)
        let foreground = PostProcessing([.foreground])
            .applied(to: unchanged, size: size, labels: labels)
        func overlaps(_ classes: [UInt8]) -> [Overlap] {
            Overlap.ofStructures(labels.structureClasses, reference: truth, prediction: classes)
        }
        cases.append(
            Overlaps(
                unchanged: overlaps(unchanged),
                cleaned: overlaps(steps.applied(to: unchanged, size: size, labels: labels)),
                foreground: overlaps(foreground),
                foregroundCleaned: overlaps(
                    steps.applied(to: foreground, size: size, labels: labels))))
    }

    /// The record of all trials, for the folds' models with these checksums.
    public func record(models: [String]) -> PostProcessingRecord {
        var trials: [PostProcessingRecord.Trial] = []
        var present = means(\.unchanged)
        func attempt(_ step: PostProcessing.Step, _ after: [String: Double]) {
            let trial = PostProcessingRecord.Trial(step, before: present, after: after)
            trials.append(trial)
            if trial.isTaken { present = after }
        }
        if labels.structures.count > 1 || single.isEmpty {
            attempt(.foreground, means(\.foreground))
        }
        let isTogether = trials.contains(where: \.isTaken)
        let cleaned = means(isTogether ? \.foregroundCleaned : \.cleaned)
        for label in single {
            // A label's step changes no other label.
            var after = present
            after["\(label.value)"] = cleaned["\(label.value)"]
            attempt(.label(label.value), after)
        }
        return PostProcessingRecord(models: models, trials: trials)
    }

    /// The labels that are cleaned up each by itself.
    private var single: [LabelTable.Label] { labels.regions == nil ? labels.foreground : [] }

    /// The mean Dice of each structure by its value.
    private func means(_ state: KeyPath<Overlaps, [Overlap]>) -> [String: Double] {
        var means: [String: Double] = [:]
        for (index, label) in labels.structures.enumerated() {
            let dice = cases.compactMap { $0[keyPath: state][index].dice }
            guard !dice.isEmpty else { continue }
            means["\(label.value)"] = dice.reduce(0, +) / Double(dice.count)
        }
        return means
    }
}

extension PostProcessingRecord.Trial {
    /// A step and whether it is taken: no label's Dice gets lower, and some label's higher.
    init(_ step: PostProcessing.Step, before: [String: Double], after: [String: Double]) {
        let changes = before.compactMap { label, dice in after[label].map { $0 - dice } }
        self.init(
            step: step, before: before, after: after,
            isTaken: changes.allSatisfy { $0 >= 0 } && changes.contains { $0 > 0 })
    }
}

extension Overlap {
    /// The overlaps of structures made of classes; voxels to ignore count for none, whatever is predicted there.
    fileprivate static func ofStructures(
        _ structures: [[UInt8]], reference: [UInt8], prediction: [UInt8]
    ) -> [Overlap] {
        var prediction = prediction
        for index in reference.indices where reference[index] == LabelTable.ignoredClass {
            prediction[index] = LabelTable.ignoredClass
        }
        return perRegion(reference: reference, prediction: prediction, regions: structures)
    }
}

extension LabelTable {
    /// The class of each voxel; the background where a value names no label.
    fileprivate func classNumbers(of map: LabelMap) -> [UInt8] {
        let known = Dictionary(
            classes.compactMap { value, index in Int32(exactly: value).map { ($0, index) } }
        ) { first, _ in first }
        var last: (value: Int32, index: UInt8) = (0, known[0] ?? 0)
        return map.values.map { value in
            // Neighbours mostly share their label.
            if value != last.value { last = (value, known[value] ?? 0) }
            return last.index
        }
    }
}

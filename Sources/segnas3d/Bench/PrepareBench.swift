internal import Datasets
import FoundationEssentials
internal import Glibc
internal import Host
internal import Imaging
internal import Torch

/// Seconds and memory to prepare a dataset, and what preparation alone costs.
struct PrepareBench {
    private let inputs: BenchInputs
    private let json: Bool
    private let threads: Int

    struct Row: Encodable {
        let schema = 1
        let workload = "prepare"
        /// `cold`: from the files; `warm`: from the cache; `restore`: prepared labels, taken back to the original grid.
        var step: String
        /// Along x, y and z.
        var size: [Int]
        var fit: PreparationOptions.Fit
        var cases: Int
        var seconds: Double
        /// By how much the process's resident memory grew at the most.
        var peakBytes: UInt64
        var interpolation: LabelInterpolation?
        /// Of each label, the mean over the cases that have it.
        var dice: [String: Double]?
    }

    init(_ inputs: BenchInputs, json: Bool, threads: Int) {
        self.inputs = inputs
        self.json = json
        self.threads = threads
    }

    func run() throws {
        let dataset = try Dataset(contentsOf: inputs.dataset ?? "", threads: threads)
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "segnas3d-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for interpolation in [LabelInterpolation.perLabelLinear, .nearest] {
            let preparation = try preparation(of: dataset, interpolation)
            let steps = interpolation == .perLabelLinear ? ["cold", "warm"] : []
            for step in steps {
                try show(step, dataset, interpolation) {
                    _ = try prepare(dataset, preparation, folder)
                    return nil
                }
            }
            let prepared = try prepare(dataset, preparation, folder)
            try show("restore", dataset, interpolation) {
                try dice(of: dataset, prepared, interpolation)
            }
        }
    }

    private func preparation(
        of dataset: Dataset, _ interpolation: LabelInterpolation
    ) throws -> Preparation {
        let xyz = (inputs.size ?? 64).xyz
        let options = PreparationOptions(
            size: SIMD3(xyz[0], xyz[1], xyz[2]), fit: inputs.fit,
            labelInterpolation: interpolation)
        var intensities: [ForegroundIntensities]?
        if Preparation.needsIntensities(options, channels: dataset.channels) {
            let check = DatasetCheck(contentsOf: inputs.dataset ?? "", threads: threads)
            intensities = check.fingerprint?.foregroundIntensities
        }
        return try Preparation(
            options, channels: dataset.channels, labels: dataset.labels, intensities: intensities)
    }

    private func prepare(
        _ dataset: Dataset, _ preparation: Preparation, _ folder: String
    ) throws -> [CasePreparation] {
        try PreparedCache(folder: folder).prepare(
            dataset.training, by: preparation, threads: threads)
    }

    /// The Dice of each label, by name.
    private func dice(
        of dataset: Dataset, _ prepared: [CasePreparation], _ interpolation: LabelInterpolation
    ) throws -> [String: Double] {
        let comparisons = concurrentMap(prepared.count, threads: threads) { index in
            Result {
                try comparison(
                    dataset.training[index], prepared[index], dataset.labels, interpolation)
            }
        }
        var values: [Int32: [Double]] = [:]
        for comparison in comparisons {
            for label in try comparison.get().labels {
                if let dice = label.dice { values[label.label, default: []].append(dice) }
            }
        }
        return [String: Double](
            uniqueKeysWithValues: dataset.labels.foreground.compactMap { label in
                values[Int32(label.value)].map {
                    (label.name, $0.reduce(0, +) / Double($0.count))
                }
            })
    }

    private func comparison(
        _ subject: Dataset.Case, _ prepared: CasePreparation, _ labels: LabelTable,
        _ interpolation: LabelInterpolation
    ) throws -> LabelComparison {
        guard let classes = prepared.prepared.labels, let file = subject.label else {
            preconditionFailure("training cases have label maps")
        }
        let restored = prepared.transform.restore(
            classes: classes, labels: labels, interpolation: interpolation, threads: 1)
        var options = LabelComparison.Options()
        options.measuresSurfaces = false
        options.ignoring = labels.ignore.map { Int32($0) }
        return try LabelComparison(
            reference: LabelMap(Volume(contentsOf: file)), prediction: LabelMap(restored),
            labels: labels.foreground.map { Int32($0.value) }, options: options)
    }

    private func show(
        _ step: String, _ dataset: Dataset, _ interpolation: LabelInterpolation,
        _ body: () throws -> [String: Double]?
    ) throws {
        let before = ResidentMemory.restartPeak()
        let start = ContinuousClock.now
        let dice = try body()
        let row = Row(
            step: step, size: (inputs.size ?? 64).xyz, fit: inputs.fit,
            cases: dataset.training.count,
            seconds: (ContinuousClock.now - start) / .seconds(1),
            peakBytes: ResidentMemory.peak() - min(before, ResidentMemory.peak()),
            interpolation: dice == nil ? nil : interpolation, dice: dice)
        print(json ? try lineText(row) : text(row, dataset.labels))
        fflush(nil)
    }

    private func lineText(_ row: Row) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(row), as: UTF8.self)
    }

    private func text(_ row: Row, _ labels: LabelTable) -> String {
        let hundredths = (row.seconds * 100).rounded() / 100
        var text =
            "prepare \((inputs.size ?? 64)) \(row.fit) \(row.step): \(row.cases) cases in "
            + "\(hundredths) s, at the peak \(ByteCount(row.peakBytes)) more"
        if let dice = row.dice, let interpolation = row.interpolation {
            let values = labels.foreground.compactMap { label in
                dice[label.name].map { "\(label.name) \(($0 * 10_000).rounded() / 10_000)" }
            }
            text += "\n  Dice with \(interpolation): " + values.joined(separator: ", ")
        }
        return text
    }
}

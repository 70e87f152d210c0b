import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging
internal import SegNASTorch

/// Seconds and memory to prepare a dataset, and what preparation alone costs.
struct PrepareBench {
    private let inputs: BenchArguments
    private let json: Bool
    private let threads: Int

    struct Row: Encodable {
        let schema = 1
        let workload = "prepare"
        /// `cold`: from the files; `warm`: from the cache; `restore`: prepared labels, taken back to the original grid.
        var step: String
        /// Interpolation of the labels in preparation, and on the way back.
        var there: LabelInterpolation?
        var back: LabelInterpolation?
        /// Along x, y and z.
        var size = SIMD3<Int>()
        var fit = PreparationOptions.Fit.resize
        var cases = 0
        var seconds = 0.0
        /// The largest growth of the process's resident memory.
        var peakBytes: UInt64 = 0
        /// The Dice of each label: the mean over the cases that have it.
        var dice: [String: Double]?
    }

    private var size: Extent { inputs.size ?? 64 }

    init(_ inputs: BenchArguments, json: Bool, threads: Int) {
        self.inputs = inputs
        self.json = json
        self.threads = threads
    }

    func run() throws {
        let dataset = try Dataset(contentsOf: inputs.dataset ?? "", threads: threads)
        try Bench.withTemporaryPath { try measure(dataset, in: $0) }
    }

    private func measure(_ dataset: Dataset, in folder: String) throws {
        let standard = try preparation(of: dataset)
        for step in ["cold", "warm"] {
            try show(Row(step: step), dataset) { _ in
                _ = try prepare(dataset, standard, folder)
            }
        }
        for there in LabelInterpolation.allCases {
            let prepared = try prepare(dataset, preparation(of: dataset, there), folder)
            for back in LabelInterpolation.allCases {
                try show(Row(step: "restore", there: there, back: back), dataset) { row in
                    row.dice = try dice(of: dataset, prepared, back)
                }
            }
        }
    }

    private func preparation(
        of dataset: Dataset, _ interpolation: LabelInterpolation? = nil
    ) throws -> Preparation {
        var options = PreparationOptions(size: size.xyz, fit: inputs.fit)
        if let interpolation { options.labelInterpolation = interpolation }
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
    ) throws -> [PreparationResult] {
        try PreparedCache(folder: folder).prepare(
            dataset.training, by: preparation, threads: threads)
    }

    /// The Dice of each label, by name.
    private func dice(
        of dataset: Dataset, _ prepared: [PreparationResult], _ interpolation: LabelInterpolation
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
        _ subject: Dataset.Case, _ prepared: PreparationResult, _ labels: LabelTable,
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

    /// Measures a step that may add to its row.
    private func show(_ row: Row, _ dataset: Dataset, _ body: (inout Row) throws -> Void) throws {
        var row = row
        let before = ResidentMemory.restartPeak()
        let seconds = try Bench.seconds { try body(&row) }
        row.seconds = seconds
        let peak = ResidentMemory.peak()
        row.peakBytes = peak - min(before, peak)
        (row.size, row.fit, row.cases) = (size.xyz, inputs.fit, dataset.training.count)
        try Bench.show(row, json: json, text: text(row, dataset.labels))
    }

    private func text(_ row: Row, _ labels: LabelTable) -> String {
        let hundredths = (row.seconds * 100).rounded() / 100
        var text =
            "prepare \(size) \(row.fit) \(row.step): \(row.cases) cases in "
            + "\(hundredths) s, at the peak \(ByteCount(row.peakBytes)) more"
        if let dice = row.dice, let there = row.there, let back = row.back {
            let values = labels.foreground.compactMap { label in
                dice[label.name].map { "\(label.name) \(($0 * 10_000).rounded() / 10_000)" }
            }
            text +=
                "\n  Dice with labels by \(there) and back by \(back): "
                + values.joined(separator: ", ")
        }
        return text
    }
}

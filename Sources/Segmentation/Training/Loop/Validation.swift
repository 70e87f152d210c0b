internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASTorch

/// Evaluates a network in training on the validation cases.
struct Validation {
    var cases: [RunCase]
    let labels: LabelTable
    let grid: ValidationGrid
    /// What the network sees of a case at a time; nil where it sees all of it.
    let patch: SIMD3<Int>?
    /// Threads for comparing label maps on the grid of the files.
    let threads: Int
    /// Makes a model of the network, for predictions on the grid of the files.
    let model: (Network) -> Model
    /// Called with the first case and the class of each of its voxels on the prepared grid.
    var show: ((PreparedCase, [UInt8]) -> Void)?

    /// The Dice of the validation cases; nil if there are none.
    ///
    /// `checkEnd` is called for each case, and throws to end the training.
    func dice(
        of session: TrainingSession, checkEnd: () throws -> Void
    ) throws -> ValidationDice? {
        guard !cases.isEmpty else { return nil }
        let overlaps =
            switch grid {
            case .prepared:
                try preparedOverlaps(session.forwardPass, session.imagesAtATime, checkEnd)
            case .original: try originalOverlaps(session, checkEnd)
            }
        return ValidationDice(cases: overlaps, values: labels.structures.map(\.value))
    }

    // MARK: - On the grid that the network sees

    /// The overlap of every structure in each case.
    private func preparedOverlaps(
        _ pass: ForwardPass, _ atATime: Int, _ checkEnd: () throws -> Void
    ) throws -> [[Overlap]] {
        if let patch { return try windowOverlaps(pass, patch, atATime, checkEnd) }
        let loader = try BatchLoader(
            cases.map(\.prepared), .evaluation(batchSize: 1), epochs: 1)
        if pass.device.isGPU { return try countedOverlaps(pass, loader, checkEnd) }
        var overlaps: [[Overlap]] = []
        while let batch = try loader.next() {
            try checkEnd()
            let example = overlaps.isEmpty ? cases[0].prepared : nil
            overlaps.append(try self.overlaps(pass, batch, shown: example))
        }
        return overlaps
    }

    /// The same by counts on a GPU, which is given all cases before it is waited for.
    private func countedOverlaps(
        _ pass: ForwardPass, _ loader: BatchLoader, _ checkEnd: () throws -> Void
    ) throws -> [[Overlap]] {
        var tables: [Tensor] = []
        while let batch = try loader.next() {
            try checkEnd()
            let predicted = try classes(pass, batch)
            if tables.isEmpty, let show {
                show(cases[0].prepared, try predicted.moved(to: .cpu).array())
            }
            tables.append(
                try batch.labels.moved(to: pass.device).pairCounts(
                    with: predicted, classes: labels.classCount))
        }
        let counts: [Int64] = try Tensor.stacked(tables).moved(to: .cpu).array()
        let pairs = labels.classCount * labels.classCount
        return tables.indices.map { labels.overlaps(Array(counts[$0 * pairs..<($0 + 1) * pairs])) }
    }

    /// Tiles do not overlap but where the image's size asks for it: cheap, and the same for every network.
    private func windowOverlaps(
        _ pass: ForwardPass, _ patch: SIMD3<Int>, _ atATime: Int, _ checkEnd: () throws -> Void
    ) throws -> [[Overlap]] {
        let member = EnsembleMember(number: 0) { try pass($0) }
        return try cases.map(\.prepared).enumerated().compactMap { index, example -> [Overlap]? in
            guard let labels = example.labels else { return nil }
            return try withoutActuallyEscaping(checkEnd) { checkEnd in
                var window = SlidingWindow(
                    patch: patch, overlap: 0, scoreBytes: Self.scoreBytes, threads: threads)
                window.rule = self.labels.scoreRule
                window.progress = { _, _ in try checkEnd() }
                // Of one tile a GPU would be told about as long as it computes.
                if pass.device.isGPU { window.batch = min(atATime, 4) }
                if let counted = try countedOverlaps(window, example, labels, member, pass.device) {
                    if index == 0, let show { show(example, try counted.classes()) }
                    return counted.overlaps
                }
                let classes = try window.classes(
                    of: example, labels: self.labels.outputCount, by: [member],
                    on: GridMap(from: example.size, to: example.size))
                let predicted = classes.withValues(as: UInt8.self) { Array($0) }
                if index == 0 { show?(example, predicted) }
                return self.labels.overlaps(
                    labels.withValues(as: UInt8.self) { Array($0) }, predicted)
            }
        }
    }

    /// The overlaps of a case by counts on a GPU, and the classes if they are asked for.
    ///
    /// Nil where the CPU has to sum up probabilities: without a GPU, without room there, and for regions.
    private func countedOverlaps(
        _ window: SlidingWindow, _ example: PreparedCase, _ reference: Samples,
        _ member: EnsembleMember, _ device: Device
    ) throws -> (overlaps: [Overlap], classes: () throws -> [UInt8])? {
        guard device.isGPU, window.rule == .mostProbable else { return nil }
        guard try window.fits(example, labels: labels.outputCount, on: device) else { return nil }
        return try withoutGradients {
            let (classes, areFinite) = try window.mostProbable(
                of: example, labels: labels.outputCount, by: [member], on: device)
            let counts = try Tensor(
                reference.withValues(as: UInt8.self) { Array($0) }, shape: classes.shape
            ).moved(to: device).pairCounts(with: classes, classes: labels.classCount)
            guard try areFinite.moved(to: .cpu).array() == [true] else {
                throw PredictionError.notFinite(model: member.number)
            }
            return (
                labels.overlaps(try counts.moved(to: .cpu).array()),
                { try classes.moved(to: .cpu).array() }
            )
        }
    }

    /// For the probabilities of a case.
    private static let scoreBytes = 1 << 30

    private func overlaps(
        _ pass: ForwardPass, _ batch: Batch, shown example: PreparedCase?
    ) throws -> [Overlap] {
        let classes: [UInt8] = try classes(pass, batch).moved(to: .cpu).array()
        if let example { show?(example, classes) }
        return labels.overlaps(try batch.labels.array(), classes)
    }

    /// The class of each voxel of a case: `[1, D, H, W]`, uint8.
    private func classes(_ pass: ForwardPass, _ batch: Batch) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            let scores = try pass(batch.images)  // [1, L, D, H, W]
            return try scores.classes(labels.scoreRule)
        }
    }

    // MARK: - On the grid of the case's files

    /// The overlap of every structure in each case.
    private func originalOverlaps(
        _ session: TrainingSession, _ checkEnd: () throws -> Void
    ) throws -> [[Overlap]] {
        let predictor = try Predictor(
            [model(session.network)],
            PredictionOptions(precision: session.precision, threads: threads))
        var options = LabelComparison.Options()
        options.ignoring = labels.ignore.flatMap { Int32(exactly: $0) }
        options.measuresSurfaces = false
        options.threads = threads
        return try cases.compactMap { example in
            guard let label = example.subject.label else { return nil }
            let prediction = try predictor.labelMap(of: example, checkEnd: checkEnd)
            if example.subject.identifier == cases[0].subject.identifier {
                showOriginal(prediction, of: example)
            }
            return try labels.compare(
                prediction, with: LabelMap(contentsOf: label, values: labels.valuesByName), options
            ).map(\.overlap)
        }
    }

    /// Shows what was predicted on the grid of the file as the network sees the case.
    private func showOriginal(_ prediction: LabelMap, of example: RunCase) {
        guard let show,
            let classes = example.preparation.transform.classes(
                of: prediction, labels: labels, threads: threads)
        else { return }
        show(example.prepared, classes)
    }
}

extension LabelTable {
    /// The overlap of every structure in the classes of a prepared case.
    func overlaps(_ reference: [UInt8], _ predicted: [UInt8]) -> [Overlap] {
        var prediction = predicted
        // Voxels to ignore count for no label, whatever is predicted there.
        for (voxel, label) in reference.enumerated() where label == LabelTable.ignoredClass {
            prediction[voxel] = label
        }
        if let regions = regionClasses {
            return Overlap.perRegion(
                reference: reference, prediction: prediction, regions: regions)
        }
        return Array(
            Overlap.perClass(
                reference: reference, prediction: prediction, classes: classCount
            ).dropFirst())
    }
}

extension LabelTable {
    /// The same from how often each class of the reference meets each predicted one, where neither is ignored.
    func overlaps(_ counts: [Int64]) -> [Overlap] {
        structureClasses.map { Overlap(pairCounts: counts, classes: classCount, of: $0) }
    }
}

extension Predictor {
    /// The label map of a prepared case, on the grid of its file.
    ///
    /// `checkEnd` is called after each tile, and throws to end the prediction: a large scan takes long.
    func labelMap(of example: RunCase, checkEnd: () throws -> Void) throws -> LabelMap {
        try LabelMap(labels(of: example, checkEnd: checkEnd))
    }

    /// The same as an image, as files of label maps have it.
    func labels(of example: RunCase, checkEnd: () throws -> Void) throws -> Volume {
        let image = PreparedImage(
            identifier: example.subject.identifier, views: [example.preparation])
        return try withoutActuallyEscaping(checkEnd) { checkEnd in
            let result = try predict(image) { _, _ in try checkEnd() }
            try checkEnd()
            return result.labelMap()
        }
    }
}

// MARK: - Result

/// The Dice coefficients of a network on the validation cases.
public struct ValidationDice: Hashable, Codable, Sendable {
    /// The mean over the foreground labels, or the regions, that can be evaluated; nil if none can.
    public var mean: Double?
    /// The mean of each label that a validation case has, by its stored value, over the cases with the label or a
    /// prediction of it; of each region by the value that it is painted with.
    public var perLabel: [String: Double]
    /// The number of cases left out for each label: neither they nor their predictions have it, or no case has it.
    public var absent: [String: Int]
    /// The number of validation cases; nil in logs of earlier versions.
    public var cases: Int?
    /// The mean of each case over its labels, in the order of the cases, by which networks are compared in pairs; nil
    /// for a case with none of them.
    ///
    /// It is kept of the best epoch alone, and nil for others and in records of earlier versions.
    public var perCase: [Double?]?

    /// The number of cases in which a label was evaluated, by its stored value; nil if unknown.
    public func count(of label: String) -> Int? {
        cases.map { $0 - absent[label, default: 0] }
    }
}

extension ValidationDice {
    /// Averages the overlaps of cases, each of which has one for every foreground label.
    ///
    /// A label that no case has is left out: a single false voxel of it would count as a Dice of 0, as much as missing
    /// a whole structure.
    init(cases: [[Overlap]], values: [Int]) {
        perLabel = [:]
        absent = [:]
        self.cases = cases.count
        for (index, value) in values.enumerated() {
            let isEvaluated = cases.contains { $0[index].reference > 0 }
            let known = isEvaluated ? cases.compactMap { $0[index].dice } : []
            let missing = cases.count - known.count
            if missing > 0 { absent["\(value)"] = missing }
            guard !known.isEmpty else { continue }
            perLabel["\(value)"] = known.reduce(0 as Double) { $0 + $1 } / Double(known.count)
        }
        let means = values.compactMap { perLabel["\($0)"] }
        mean = means.isEmpty ? nil : means.reduce(0 as Double) { $0 + $1 } / Double(means.count)
        let evaluated = values.indices.filter { perLabel["\(values[$0])"] != nil }
        perCase = cases.map { overlaps in
            let known = evaluated.compactMap { overlaps[$0].dice }
            return known.isEmpty
                ? nil : known.reduce(0 as Double) { $0 + $1 } / Double(known.count)
        }
    }
}

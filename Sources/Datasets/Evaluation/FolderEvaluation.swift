public import SegNASHost
internal import SegNASImaging

/// The evaluation of a folder of predicted label maps against a folder of references, and what could not be evaluated.
///
/// Files belong together by their names without endings, so that `case_1.nii.gz` is compared with `case_1.mha`.
public struct FolderEvaluation: Sendable {
    /// The evaluation of the cases that could be read.
    public let evaluation: Evaluation
    /// Faults of the folders, of the labels' names, then of the cases in their order.
    public let faults: [EvaluationFault]
    /// The number of cases to evaluate.
    public let referenceCount: Int

    /// True if every reference was evaluated, with named labels only.
    public var isComplete: Bool { !faults.contains { $0.severity == .fault } }

    /// Evaluates all predictions that have a reference.
    ///
    /// - Parameters:
    ///   - references: The folder of reference label maps.
    ///   - predictions: The folder of label maps to evaluate.
    ///   - isPartial: Whether references without a prediction are left out instead of being faults.
    ///   - labels: A JSON file whose `labels` are named as in nnU-Net's `dataset.json`; nil for a `dataset.json` that
    ///     lies with or around the references, or with the predictions. Without one, all labels that occur are
    ///     evaluated.
    ///   - options: Tolerance and bootstrap.
    ///   - threads: Each evaluates a separate case, as far as memory allows.
    ///   - progress: Called from several threads after each case, with the number of all.
    public init(
        references: String, predictions: String, isPartial: Bool = false, labels: String? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        threads: Int = HostResources.current().cores,
        progress: @escaping @Sendable (_ of: Int) -> Void = { _ in }
    ) {
        let files = EvaluationFiles(
            references: references, predictions: predictions, isPartial: isPartial)
        let names = EvaluationLabels(
            named: labels, references: references, predictions: predictions)
        referenceCount = files.referenceCount
        guard names.faults.isEmpty else {
            evaluation = Evaluation([], labels: nil, options: options)
            faults = files.faults + names.faults
            return
        }
        let evaluator = PairEvaluator(labels: names.table, options: options)
        let outcomes = evaluator.evaluate(files.pairs, threads: threads, progress: progress)
        let naming = outcomes.naming
        evaluation = Evaluation(
            outcomes.compactMap(\.result), labels: names.table, options: options,
            naming: naming.name)
        // Where a file names the labels, each label map was compared with that.
        let contradictions = names.table == nil ? naming.contradictions : []
        faults =
            files.faults + contradictions.map { EvaluationFault(.contradiction($0)) }
            + outcomes.flatMap(\.faults)
    }
}

/// Evaluates pairs of files.
private struct PairEvaluator {
    let labels: LabelTable?
    let options: EvaluationOptions

    struct Outcome: Sendable {
        var result: CaseEvaluation?
        var faults: [EvaluationFault] = []
        var voxels = 0
        /// The names of labels that the two files store.
        var named: [(file: String, values: [Int], names: LabelNames)] = []

        /// True if a file looks like an image.
        var isOfImages: Bool {
            faults.contains { fault in
                if case .notLabels(.image) = fault.problem { true } else { false }
            }
        }
    }

    /// Evaluates the largest pair first and alone: its voxels say how many fit into memory at a time.
    ///
    /// If this pair and another hold images, the folder is the wrong one, and no more are read.
    func evaluate(
        _ pairs: [EvaluationFiles.Pair], threads: Int, progress: @Sendable (_ of: Int) -> Void
    ) -> [Outcome] {
        let sizes = pairs.map(\.fileSize)
        guard let largest = pairs.indices.max(by: { sizes[$0] < sizes[$1] }) else { return [] }
        let first = evaluate(pairs[largest], threads: threads)
        progress(pairs.count)
        if first.isOfImages, let second = another(than: largest, of: pairs) {
            let other = evaluate(pairs[second], threads: threads)
            guard !other.isOfImages else { return [first, other] }
        }
        let available = Int(clamping: HostResources.current().available.bytes)
        let fitting = available / max(1, first.voxels * bytesPerVoxel)
        let cases = max(1, min(threads, fitting, pairs.count - 1))
        return concurrentMap(pairs.count, threads: cases) { index in
            guard index != largest else { return first }
            let result = evaluate(pairs[index], threads: threads / cases)
            progress(pairs.count)
            return result
        }
    }

    /// Another pair, to see whether all are like the first.
    private func another(than first: Int, of pairs: [EvaluationFiles.Pair]) -> Int? {
        pairs.indices.first { $0 != first }
    }

    private func evaluate(_ pair: EvaluationFiles.Pair, threads: Int) -> Outcome {
        var outcome = Outcome()
        let reference = labelMap(pair.reference, pair, &outcome)
        let prediction = labelMap(pair.prediction, pair, &outcome)
        guard let reference, let prediction else { return outcome }
        outcome.voxels = max(reference.values.count, prediction.values.count)
        do {
            outcome.result = try CaseEvaluation(
                pair.identifier, reference: reference, prediction: prediction, labels: labels,
                options: options, threads: threads)
            outcome.result?.referenceFile = pair.reference
            outcome.result?.predictionFile = pair.prediction
        } catch {
            outcome.faults.append(
                EvaluationFault(.grid(error), case: pair.identifier, file: pair.prediction))
        }
        return outcome
    }

    /// Nil after a fault.
    private func labelMap(
        _ path: String, _ pair: EvaluationFiles.Pair, _ outcome: inout Outcome
    ) -> LabelMap? {
        func report(_ problem: EvaluationFault.Problem) {
            outcome.faults.append(
                EvaluationFault(problem, case: pair.identifier, file: path))
        }
        do {
            let file = try ImageFile(contentsOf: path, values: labels?.valuesByName)
            let map = try LabelMap(file)
            if let names = file.labelNames {
                let values = map.labelCounts.keys.map(Int.init)
                outcome.named.append((path, values, names))
                let misnamed = labels?.misnamed(names, values: values) ?? []
                if !misnamed.isEmpty { report(.labelNames(misnamed)) }
            }
            guard let problem = problem(of: map) else { return map }
            report(problem)
            if case .unnamedLabels = problem { return map }
        } catch let error as ImageError {
            report(.image(error.fault))
        } catch let fault as LabelFault {
            report(.notLabels(fault))
        } catch {
            report(.image(.system("\(error)")))
        }
        return nil
    }

    private func problem(of map: LabelMap) -> EvaluationFault.Problem? {
        let counts = map.labelCounts
        guard let labels else {
            if let fault = map.imageFault { return .notLabels(fault) }
            let maximum = EvaluationFault.maxLabels
            return counts.count > maximum ? .tooManyLabels(counts.count) : nil
        }
        let known = Set(
            labels.foreground.map(\.value) + [labels.background] + [labels.ignore].compactMap { $0 }
        )
        let unnamed = counts.filter { !known.contains(Int($0.key)) }.map { (Int($0.key), $0.value) }
        guard !unnamed.isEmpty else { return nil }
        if let fault = map.imageFault { return .notLabels(fault) }
        return .unnamedLabels(Dictionary(uniqueKeysWithValues: unnamed))
    }
}

extension [PairEvaluator.Outcome] {
    /// The names of labels that all label maps store.
    fileprivate var naming: CollectedLabelNames {
        reduce(into: CollectedLabelNames()) { naming, outcome in
            for (file, values, names) in outcome.named {
                naming.add(names, values: values, file: file)
            }
        }
    }
}

/// Two maps of 32 bits, and a volume of the widest samples while it is turned into one.
private let bytesPerVoxel = 4 + 4 + 8

public import SegNASHost
internal import SegNASImaging

/// How well the label maps of one folder agree with those of another, and what could not be judged.
///
/// Files belong together by their names without endings, so that `case_1.nii.gz` is judged against `case_1.mha`.
public struct FolderEvaluation: Sendable {
    /// Of the cases that could be judged.
    public let evaluation: Evaluation
    /// Of the folders, of the labels' names, then of the cases in their order.
    public let faults: [EvaluationFault]
    /// Cases that are to be judged.
    public let referenceCount: Int

    /// Whether every reference was judged, and by labels that are known.
    public var isComplete: Bool { !faults.contains { $0.severity == .fault } }

    /// Judges all predictions that have a reference.
    ///
    /// - Parameters:
    ///   - references: Folder of label maps that are right.
    ///   - predictions: Folder of label maps to judge.
    ///   - isPartial: Whether references without a prediction are left out instead of being faults.
    ///   - labels: A JSON file whose `labels` are named as in nnU-Net's `dataset.json`; nil for a `dataset.json` that
    ///     lies with or around the references, or with the predictions. Without one, all labels that occur are judged.
    ///   - options: How label maps are judged.
    ///   - threads: Each judges a case of its own, as far as memory allows.
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
        let judge = PairJudge(labels: names.table, options: options)
        let judgements = judge.judge(files.pairs, threads: threads, progress: progress)
        let naming = judgements.naming
        evaluation = Evaluation(
            judgements.compactMap(\.result), labels: names.table, options: options,
            naming: naming.name)
        // Where a file names the labels, each label map was compared with that.
        let contradictions = names.table == nil ? naming.contradictions : []
        faults =
            files.faults + contradictions.map { EvaluationFault(.contradiction($0)) }
            + judgements.flatMap(\.faults)
    }
}

/// Judges pairs of files.
private struct PairJudge {
    let labels: LabelTable?
    let options: EvaluationOptions

    struct Judgement: Sendable {
        var result: CaseEvaluation?
        var faults: [EvaluationFault] = []
        var voxels = 0
        /// What the two files name.
        var named: [(file: String, values: [Int], names: LabelNames)] = []

        /// Whether a file looks like an image.
        var isOfImages: Bool {
            faults.contains { fault in
                if case .notLabels(.image) = fault.problem { true } else { false }
            }
        }
    }

    /// Judges the largest pair first and alone: its voxels say how many fit into memory at a time.
    ///
    /// Where it and another are of images, the folder is the wrong one, and no more are read.
    func judge(
        _ pairs: [EvaluationFiles.Pair], threads: Int, progress: @Sendable (_ of: Int) -> Void
    ) -> [Judgement] {
        let sizes = pairs.map(\.fileSize)
        guard let largest = pairs.indices.max(by: { sizes[$0] < sizes[$1] }) else { return [] }
        let first = judge(pairs[largest], threads: threads)
        progress(pairs.count)
        if first.isOfImages, let second = another(than: largest, of: pairs) {
            let judged = judge(pairs[second], threads: threads)
            guard !judged.isOfImages else { return [first, judged] }
        }
        let available = Int(clamping: HostResources.current().available.bytes)
        let fitting = available / max(1, first.voxels * bytesPerVoxel)
        let cases = max(1, min(threads, fitting, pairs.count - 1))
        return concurrentMap(pairs.count, threads: cases) { index in
            guard index != largest else { return first }
            let result = judge(pairs[index], threads: threads / cases)
            progress(pairs.count)
            return result
        }
    }

    /// A pair that tells whether all are like the first.
    private func another(than first: Int, of pairs: [EvaluationFiles.Pair]) -> Int? {
        pairs.indices.first { $0 != first }
    }

    private func judge(_ pair: EvaluationFiles.Pair, threads: Int) -> Judgement {
        var judgement = Judgement()
        let reference = labelMap(pair.reference, pair, &judgement)
        let prediction = labelMap(pair.prediction, pair, &judgement)
        guard let reference, let prediction else { return judgement }
        judgement.voxels = max(reference.values.count, prediction.values.count)
        do {
            judgement.result = try CaseEvaluation(
                pair.identifier, reference: reference, prediction: prediction, labels: labels,
                options: options, threads: threads)
            judgement.result?.referenceFile = pair.reference
            judgement.result?.predictionFile = pair.prediction
        } catch {
            judgement.faults.append(
                EvaluationFault(.grid(error), case: pair.identifier, file: pair.prediction))
        }
        return judgement
    }

    /// Nil after a fault.
    private func labelMap(
        _ path: String, _ pair: EvaluationFiles.Pair, _ judgement: inout Judgement
    ) -> LabelMap? {
        func report(_ problem: EvaluationFault.Problem) {
            judgement.faults.append(
                EvaluationFault(problem, case: pair.identifier, file: path))
        }
        do {
            let file = try ImageFile(contentsOf: path)
            let map = try LabelMap(file)
            if let names = file.labelNames {
                let values = map.labelCounts.keys.map(Int.init)
                judgement.named.append((path, values, names))
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
            let most = EvaluationFault.mostLabels
            return counts.count > most ? .tooManyLabels(counts.count) : nil
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

extension [PairJudge.Judgement] {
    /// What all label maps name.
    fileprivate var naming: LabelNaming {
        reduce(into: LabelNaming()) { naming, judgement in
            for (file, values, names) in judgement.named {
                naming.add(names, values: values, file: file)
            }
        }
    }
}

/// Two maps of 32 bits, and a volume of the widest samples while it is turned into one.
private let bytesPerVoxel = 4 + 4 + 8

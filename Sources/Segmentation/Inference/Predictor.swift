public import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASTorch

/// Predicts label maps with a model, or with the mean of several.
///
/// ```swift
/// let predictor = try Predictor([Model(contentsOf: "run/model")])
/// let image = try predictor.preparer.prepare(subject)
/// try predictor.predict(image).labelMap().write(to: "case.nii.gz")
/// ```
///
/// Like all tensors it belongs to one thread; the ``preparer`` does not, so that another thread can prepare the next
/// image.
public final class Predictor {
    public let preparer: CasePreparer
    /// The labels that label maps hold.
    public let labels: LabelTable
    private let options: PredictionOptions
    /// The models, grouped by their preparation, with their numbers in the ensemble.
    private let groups: [[(number: Int, pass: ForwardPass)]]

    /// - Throws: ``PredictionError`` for models that do not have the same channels and labels.
    public init(
        _ models: [Model], _ options: PredictionOptions = PredictionOptions()
    ) throws(PredictionError) {
        precondition(!models.isEmpty, "no model to predict with")
        let first = models[0].description.preparation
        for (index, model) in models.enumerated() {
            try Self.check(model.description.preparation, index, with: first)
        }
        var preparations: [Preparation] = []
        var groups: [[(number: Int, pass: ForwardPass)]] = []
        for (index, model) in models.enumerated() {
            let preparation = model.description.preparation
            let pass = (index, ForwardPass(model, precision: options.precision))
            if let known = preparations.firstIndex(of: preparation) {
                groups[known].append(pass)
            } else {
                preparations.append(preparation)
                groups.append([pass])
            }
        }
        labels = first.labels
        preparer = CasePreparer(
            preparations: preparations, series: options.series, threads: options.threads)
        self.options = options
        self.groups = groups
    }

    private static func check(
        _ preparation: Preparation, _ model: Int, with first: Preparation
    ) throws(PredictionError) {
        let names = preparation.channels.map(\.name)
        let expected = first.channels.map(\.name)
        guard names == expected else {
            throw .channels(model: model, names, first: expected)
        }
        guard preparation.labels.foreground == first.labels.foreground,
            preparation.labels.background == first.labels.background
        else { throw .labels(model: model) }
    }

    /// The probabilities of all classes: the mean of softmax over models and mirrored images.
    ///
    /// - Throws: ``PredictionError/notFinite(model:)``, or `TorchError`, of which
    ///   `TorchError/outOfMemory(_:)` leaves the predictor usable.
    public func predict(_ image: PreparedImage) throws -> ScoreRestorer {
        precondition(image.views.count == groups.count, "an image for other models")
        var sources: [(scores: ClassScores, transform: GridTransform)] = []
        for (passes, view) in zip(groups, image.views) {
            let scores = try room(for: view)
            for mirroring in options.mirrorings {
                let volume = view.prepared.mirrored(mirroring, threads: options.threads)
                for (number, pass) in passes {
                    try add(pass(volume), of: number, mirroring, to: scores)
                }
            }
            sources.append((scores, view.transform))
        }
        return ScoreRestorer(
            sources, labels: labels, warnings: image.views[0].warnings, threads: options.threads)
    }

    /// Zeros for the scores of a view; throws if the budget of tensors has no room for them.
    private func room(for view: PreparationResult) throws -> ClassScores {
        let bytes = ByteCount(
            ClassScores.byteCount(classes: labels.classCount, size: view.prepared.size))
        let memory = try TensorMemory.statistics()
        let isWithinLimit = memory.limit.map { memory.current.bytes + bytes.bytes <= $0.bytes }
        guard isWithinLimit ?? true, let scores = view.transform.scores(classes: labels.classCount)
        else {
            throw TorchError.outOfMemory(
                AllocationFailure(requested: bytes, inUse: memory.current, limit: memory.limit))
        }
        return scores
    }

    /// Adds the softmax of a network's scores `[1, C, D, H, W]`, some slices at a time.
    private func add(
        _ raw: Tensor, of model: Int, _ mirroring: [Bool], to scores: ClassScores
    ) throws {
        try withoutGradients {
            let shape = raw.shape
            let step = max(1, (64 << 20) / (4 * shape[1] * shape[3] * shape[4]))
            for start in stride(from: 0, to: shape[2], by: step) {
                let slices = start..<min(start + step, shape[2])
                let probabilities = try raw.sliced(slices, along: 2).cast(to: .float32)
                    .softmax(along: 1)
                let areFinite = try probabilities.withUnsafeBytes { bytes in
                    guard let values = bytes.assumingMemoryBound(to: Float.self).baseAddress else {
                        return true
                    }
                    return scores.add(
                        values, slices: slices, mirrored: mirroring, threads: options.threads)
                }
                guard areFinite else { throw PredictionError.notFinite(model: model) }
            }
        }
    }
}

extension PreparedCase {
    /// The image `[x, y, z, channel]` with some of its axes reversed; its position in space does not matter.
    fileprivate func mirrored(_ axes: [Bool], threads: Int) -> Volume {
        Volume(shape: [size.x, size.y, size.z, channels], affine: .identity, samples: image)
            .reoriented(by: Reorientation(sources: [0, 1, 2], reversals: axes), threads: threads)
    }
}

extension Predictor {
    /// Predicts cases one after the other, while the next one is read and prepared in the background.
    ///
    /// The body gets each case in order, with its result or error, and returns true to continue. At most two cases are
    /// in memory.
    public func predict(
        _ cases: [Dataset.Case],
        _ body: (Dataset.Case, Result<ScoreRestorer, any Error>) throws -> Bool
    ) rethrows {
        let preparer = preparer
        // A case that fails must not stop the others, so failures are handed over as values.
        let maker = Prefetcher(0..<cases.count, ahead: 1, threads: 1) { index in
            Result { try preparer.prepare(cases[index]) }
        }
        for subject in cases {
            let result = Result { try predict(try maker.take().get()) }
            guard try body(subject, result) else { return }
        }
    }
}

/// Reads a case and prepares it for the models of a ``Predictor``, on any thread.
public struct CasePreparer: Sendable {
    /// The different preparations that the models need.
    let preparations: [Preparation]
    /// The series to read from folders with several DICOM series.
    let series: DICOMSelection?
    let threads: Int

    /// Reads and prepares the image of a case; its label map is ignored.
    public func prepare(_ subject: Dataset.Case) throws(PreparationError) -> PreparedImage {
        var subject = subject
        subject.label = nil
        var views: [PreparationResult] = []
        for preparation in preparations {
            views.append(try preparation.prepare(subject, series: series, threads: threads))
        }
        return PreparedImage(identifier: subject.identifier, views: views)
    }
}

/// A case's image as the models of a ``Predictor`` see it.
public struct PreparedImage: Sendable {
    public var identifier: String
    /// The prepared images, in the order of the preparer's preparations.
    var views: [PreparationResult]
}

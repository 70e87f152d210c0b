internal import FoundationEssentials
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
    /// The models, grouped by their preparation.
    private let groups: [ModelGroup]

    /// - Throws: ``PredictionError`` for models that do not have the same channels and labels.
    public init(
        _ models: [Model], _ options: PredictionOptions = PredictionOptions()
    ) throws(PredictionError) {
        precondition(!models.isEmpty, "no model to predict with")
        let weights = options.modelWeights
        precondition(weights?.count ?? models.count == models.count, "a weight for each model")
        let first = models[0].description.preparation
        for (index, model) in models.enumerated() {
            try Self.check(model.description.preparation, index, with: first)
        }
        var groups: [ModelGroup] = []
        for (index, model) in models.enumerated() {
            let preparation = model.description.preparation
            let pass = ModelGroup.Pass(
                number: index, weight: weights.map { $0[index] * Double(models.count) } ?? 1,
                forward: ForwardPass(model, precision: options.precision))
            if let known = groups.firstIndex(where: { $0.preparation == preparation }) {
                groups[known].passes.append(pass)
            } else {
                groups.append(ModelGroup(preparation: preparation, passes: [pass]))
            }
        }
        labels = first.labels
        preparer = CasePreparer(
            preparations: groups.map(\.preparation), series: options.series,
            threads: options.threads)
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
            preparation.labels.background == first.labels.background,
            preparation.labels.regions == first.labels.regions
        else { throw .labels(model: model) }
    }

    /// The label map, and the probabilities of all classes or regions: the mean over models and mirrored images of
    /// softmax, for regions of the sigmoid of each.
    ///
    /// Images of another size than what the networks see are predicted tile by tile, and their probabilities are
    /// kept only where the options say so, or where models want the image prepared in different ways.
    ///
    /// - Parameters:
    ///   - image: What the ``preparer`` made.
    ///   - progress: Told after every call of a network how many of all calls for single tiles are done, counted
    ///     for each preparation by itself; what it throws ends the prediction.
    /// - Returns: The way to the label map and, where they are kept, the probabilities.
    /// - Throws: ``PredictionError/notFinite(model:)``, or `TorchError`, of which
    ///   `TorchError/outOfMemory(_:)` leaves the predictor usable.
    public func predict(
        _ image: PreparedImage,
        progress: @escaping (_ done: Int, _ all: Int) throws -> Void = { _, _ in }
    ) throws -> ScoreRestorer {
        var restorer = try scores(of: image, progress)
        restorer.postProcessing = options.postProcessing
        return restorer
    }

    private func scores(
        of image: PreparedImage, _ progress: @escaping (_ done: Int, _ all: Int) throws -> Void
    ) throws -> ScoreRestorer {
        precondition(image.views.count == groups.count, "an image for other models")
        let views = zip(groups, image.views).map { group, view in
            (group: group, view: view, window: window(group, view, progress))
        }
        if !options.keepsProbabilities, views.count == 1,
            !views[0].window.grid(of: image.views[0].prepared).isWhole
        {
            return try classes(of: image.views[0], by: groups[0], views[0].window)
        }
        var sources: [(scores: ClassScores, transform: GridTransform)] = []
        for (group, view, window) in views {
            let scores = try room(
                for: view, isWhole: window.grid(of: view.prepared).isWhole)
            try window.fill(scores, with: view.prepared, by: group.members)
            sources.append((scores, view.transform))
        }
        return ScoreRestorer(
            sources, labels: labels, warnings: image.views[0].warnings, threads: options.threads)
    }

    private func window(
        _ group: ModelGroup, _ view: PreparationResult,
        _ progress: @escaping (_ done: Int, _ all: Int) throws -> Void
    ) -> SlidingWindow {
        var window = SlidingWindow(
            patch: group.preparation.options.size, overlap: options.overlap,
            scoreBytes: Int(clamping: options.scoreMemory.bytes), mirrorings: options.mirrorings,
            threads: options.threads, progress: progress)
        window.rule = labels.scoreRule
        if !window.grid(of: view.prepared).isWhole { window.batch = group.batch }
        return window
    }

    /// A prediction whose probabilities are not kept.
    private func classes(
        of view: PreparationResult, by group: ModelGroup, _ window: SlidingWindow
    ) throws -> ScoreRestorer {
        let classes = try window.classes(
            of: view.prepared, labels: labels.outputCount, by: group.members,
            on: view.transform.map.inverse)
        return ScoreRestorer(
            classes: classes, of: view.transform, labels: labels, warnings: view.warnings,
            threads: options.threads)
    }

    /// Zeros for the scores of a view, if the budget of tensors has room for them; those of many tiles may lie on
    /// disk.
    private func room(for view: PreparationResult, isWhole: Bool) throws -> ClassScores {
        let bytes = ByteCount(
            ClassScores.byteCount(classes: labels.outputCount, size: view.prepared.size))
        guard isWhole || bytes <= options.scoreMemory else {
            return try view.transform.scores(
                classes: labels.outputCount,
                scratchIn: options.scratch ?? FileManager.default.temporaryDirectory.path)
        }
        let memory = try TensorMemory.statistics()
        let isWithinLimit = memory.limit.map { memory.current.bytes + bytes.bytes <= $0.bytes }
        guard isWithinLimit ?? true, let scores = view.transform.scores(classes: labels.outputCount)
        else {
            throw TorchError.outOfMemory(
                AllocationFailure(requested: bytes, inUse: memory.current, limit: memory.limit))
        }
        return scores
    }
}

/// Models that see the same image.
private struct ModelGroup {
    let preparation: Preparation
    var passes: [Pass]

    struct Pass {
        /// The place in the ensemble.
        let number: Int
        /// How much the model counts, where all count 1 by default.
        let weight: Double
        let forward: ForwardPass
    }

    /// For a batch of tiles, a network may need so many bytes.
    private static let batchBytes: UInt64 = 512 << 20

    var members: [EnsembleMember] {
        passes.map { pass in
            EnsembleMember(number: pass.number, weight: pass.weight) { try pass.forward($0) }
        }
    }

    /// As many tiles as every network has memory for, and at least one.
    var batch: Int {
        let needed = passes.map { pass in
            let memory = try? MemoryPrediction.inference(
                of: pass.forward.network.plan, size: preparation.options.size,
                dtype: pass.forward.dtype)
            return memory?.bytes ?? Self.batchBytes
        }
        return Int(max(1, Self.batchBytes / max(1, needed.max() ?? 1)))
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

internal import Datasets
internal import Imaging
internal import Torch

/// How well a model segments prepared cases on the grid of their own files.
struct OriginalGrid {
    /// With their label maps, in the order of `prepared`.
    let cases: [Dataset.Case]
    let prepared: [CasePreparation]
    let threads: Int

    /// Judges a model by all metrics; asks before each case whether to go on.
    func evaluate(
        _ model: Model, precision: Precision, checkEnd: () throws -> Void
    ) throws -> Evaluation {
        let labels = model.description.preparation.labels
        var judged: [CaseEvaluation] = []
        try forEachPrediction(of: model, precision) { name, reference, prediction in
            try checkEnd()
            judged.append(
                try CaseEvaluation(
                    name, reference: reference, prediction: prediction, labels: labels,
                    threads: threads))
        }
        return Evaluation(judged, labels: labels)
    }

    /// The overlap of every foreground label in each case.
    func overlaps(
        of model: Model, precision: Precision, checkEnd: () throws -> Void
    ) throws -> [[Overlap]] {
        let labels = model.description.preparation.labels
        var options = LabelComparison.Options()
        options.ignoring = labels.ignore.flatMap { Int32(exactly: $0) }
        options.measuresSurfaces = false
        options.threads = threads
        var overlaps: [[Overlap]] = []
        try forEachPrediction(of: model, precision) { _, reference, prediction in
            try checkEnd()
            let comparison = try LabelComparison(
                reference: reference, prediction: prediction,
                labels: labels.foreground.compactMap { Int32(exactly: $0.value) },
                options: options)
            overlaps.append(comparison.labels.map(\.overlap))
        }
        return overlaps
    }

    private func forEachPrediction(
        of model: Model, _ precision: Precision,
        _ body: (_ name: String, _ reference: LabelMap, _ prediction: LabelMap) throws -> Void
    ) throws {
        let predictor = try Predictor(
            [model], PredictionOptions(precision: precision, threads: threads))
        for (subject, prepared) in zip(cases, prepared) {
            guard let label = subject.label else { continue }
            let image = PreparedImage(identifier: subject.identifier, views: [prepared])
            let prediction = try LabelMap(predictor.predict(image).labelMap())
            try body(subject.identifier, try LabelMap(contentsOf: label), prediction)
        }
    }
}

public import SegNASImaging

extension Evaluation {
    /// Compares the label maps of cases with predictions on the same grids, one case after the other.
    ///
    /// ```swift
    /// let evaluation = try Evaluation(of: dataset.training, labels: dataset.labels) { subject in
    ///     try LabelMap(contentsOf: "predictions/\(subject.identifier).nii.gz")
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - cases: Those that have label maps, as the training cases of a dataset do.
    ///   - labels: Those that are compared, and the one to ignore.
    ///   - threads: Each measures a label.
    ///   - prediction: Predicts a case, or reads what was predicted.
    /// - Throws: `ImageError` and `LabelFault` of label maps that cannot be read, `GridMismatch`, and what `prediction` throws.
    public init(
        of cases: [Dataset.Case], labels: LabelTable, threads: Int = 1,
        prediction: (Dataset.Case) throws -> LabelMap
    ) throws {
        var compared: [CaseEvaluation] = []
        for subject in cases {
            guard let label = subject.label else {
                preconditionFailure("case \(subject.identifier) has no label map to compare with")
            }
            let predicted = try prediction(subject)
            compared.append(
                try CaseEvaluation(
                    subject.identifier, reference: LabelMap(contentsOf: label),
                    prediction: predicted, labels: labels, threads: threads))
        }
        self.init(compared, labels: labels)
    }
}

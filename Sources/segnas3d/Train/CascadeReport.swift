internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost

/// The result of a cascade as text or JSON.
struct CascadeReport {
    private let result: CascadeResult
    private let labels: LabelTable

    init(_ result: CascadeResult, labels: LabelTable) {
        self.result = result
        self.labels = labels
    }

    /// The output of `train --cascade --json`; of the second stage, one of run and folds is there.
    struct Document: Encodable {
        let schema = 1
        /// The folder, which `predict` takes as the model.
        var run: String
        var firstStage: CrossValidationReport.Document
        var secondStage: TrainingReport.Document?
        var secondStageFolds: CrossValidationReport.Document?
    }

    func json() throws -> String {
        var document = Document(
            run: result.path,
            firstStage: CrossValidationReport(result.firstStage, labels: labels).document)
        switch result.secondStage {
        case .run(let run): document.secondStage = TrainingReport(run, labels: labels).document
        case .folds(let folds):
            document.secondStageFolds = CrossValidationReport(folds, labels: labels).document
        }
        return try JSONDocument.text(of: document, .indented)
    }

    func text() -> String {
        let first = CrossValidationReport(result.firstStage, labels: labels).text()
        let second =
            switch result.secondStage {
            case .run(let run): TrainingReport(run, labels: labels).text()
            case .folds(let folds): CrossValidationReport(folds, labels: labels).text()
            }
        return """
            First stage: \(first)

            Second stage: \(second)

            \(result.path) is the model of both stages
            """
    }
}

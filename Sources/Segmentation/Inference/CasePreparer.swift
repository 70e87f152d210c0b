public import SegNASDatasets
internal import SegNASImaging

/// Reads a case and prepares it for the models of a ``Predictor``, on any thread.
public struct CasePreparer: Sendable {
    /// How models want their images, each way once.
    let preparations: [Preparation]
    /// Of folders with several DICOM series, the one that is read.
    let series: DICOMSelection?
    let threads: Int

    /// Reads the image of a case; a label map is not looked at.
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
    /// By the place of the preparation in the preparer's list.
    var views: [PreparationResult]
}

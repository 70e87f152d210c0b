internal import SegNASExperiments
internal import SegNASSegmentation

/// The progress of a cascade as text or JSON.
struct CascadeStatus: Encodable {
    let schema = 1
    let firstStage: CrossValidationStatus?
    /// Of the second stage, one of run and folds is there.
    let secondStage: RunStatus?
    let secondStageFolds: CrossValidationStatus?
    private let folder: CascadeFolder

    private enum CodingKeys: CodingKey {
        case schema, firstStage, secondStage, secondStageFolds
    }

    /// Nil if the folder holds no cascade.
    init?(of path: String) {
        folder = CascadeFolder(path)
        guard folder.isBegun else { return nil }
        firstStage = CrossValidationStatus(of: folder.low.path)
        secondStageFolds = CrossValidationStatus(of: folder.full)
        secondStage = FolderKind(of: folder.full) == .run ? RunStatus(of: folder.full) : nil
    }

    func text(of path: String) -> String {
        let first = firstStage?.text(of: folder.low.path, in: path)
        let second =
            secondStageFolds?.text(of: folder.full, in: path)
            ?? secondStage?.text(of: folder.full, in: path)
        return """
            \(path) is a cascade of segnas3d train
            First stage: \(first ?? "not begun")
            Second stage: \(second ?? "not begun")
            """
    }
}

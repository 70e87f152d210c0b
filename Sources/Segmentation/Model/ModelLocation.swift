import FoundationEssentials
internal import SegNASHost

/// Where the model lies that a user means: MODEL on the command line.
public struct ModelLocation: Hashable, Sendable {
    /// The folder of the model itself.
    public var model: String
    /// The document of the run or study that says how cases were divided; nil for a model by itself.
    public var splitFile: String?

    /// In a run's folder, its finished model.
    public static let modelOfRun = "model"
    /// In a study's folder, the model of its best trial.
    public static let bestOfStudy = "best"
    /// In the folders of runs and studies, with what they were begun.
    private static let planName = "plan.json"
    /// In a study's folder, its images.
    private static let dataName = "dataset.json"

    /// Finds the model in a model's folder, a run (its `model`) or a study (its `best`).
    public init(of path: String) throws(ModelError) {
        let path = FolderLink.resolve(PathParts.trimmed(path))
        if Self.isModel(path) {
            model = path
            // Absolute, for `.` may be the model.
            let folder = URL(filePath: path)
            let parent = folder.deletingLastPathComponent().path
            if folder.lastPathComponent == Self.modelOfRun, Self.isRun(parent) {
                splitFile = "\(parent)/\(Self.planName)"
            }
            return
        }
        for name in [Self.modelOfRun, Self.bestOfStudy] {
            let found = FolderLink.resolve("\(path)/\(name)")
            guard Self.isModel(found) else { continue }
            model = found
            if Self.isRun(path) {
                let file = name == Self.modelOfRun ? Self.planName : Self.dataName
                splitFile = "\(path)/\(file)"
            }
            return
        }
        throw ModelError(file: path, fault: Self.fault(path))
    }

    private static func fault(_ path: String) -> ModelFault {
        guard FileManager.default.fileExists(atPath: path) else { return .missing }
        return isRun(path) ? .noModelYet : .notAModel
    }

    private static func isModel(_ path: String) -> Bool {
        guard let folder = AtomicFolder.path(of: path) else { return false }
        return FileManager.default.fileExists(atPath: "\(folder)/\(Model.descriptionName)")
    }

    private static func isRun(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(planName)")
    }
}

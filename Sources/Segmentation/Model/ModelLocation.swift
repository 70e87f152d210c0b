import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost

/// The folder of the model that a user names: MODEL on the command line.
public struct ModelLocation: Hashable, Sendable {
    /// The folder of the model itself.
    public var model: String
    /// The document of the run or study with the split of the cases; nil for a model by itself.
    public var splitFile: String?

    /// The name of the model in a run's folder.
    public static let modelOfRun = "model"
    /// The name of a picture in a run's folder: a validation case as the best epoch has predicted it.
    package static let previewOfRun = "preview.png"
    /// The name of the label maps of test cases in a run's folder, as its model has predicted them.
    package static let testOfRun = "test"
    /// The name of the best trial's model in a study's folder.
    public static let bestOfStudy = "best"
    /// The name of the plan in the folders of runs and studies.
    private static let planName = "plan.json"
    /// The name of the record of images in a study's folder.
    private static let dataName = "dataset.json"

    /// Finds the model in a model's folder, a run (its `model`) or a study (its `best`).
    public init(of path: String) throws(ModelError) {
        let named = PathParts.trimmed(path)
        let path = FolderLink.resolve(named)
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
        // A file may hold text that only looks like a link.
        guard FileManager.default.fileExists(atPath: path) else {
            throw ModelError(file: named, fault: Self.fault(named))
        }
        throw ModelError(file: path, fault: Self.fault(path))
    }

    private static func fault(_ path: String) -> ModelFault {
        guard FileManager.default.fileExists(atPath: path) else { return .missing }
        if FolderKind(of: path) == .comparison { return .comparison }
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

extension ModelLocation {
    /// The split of the cases in the run or study; nil if the model lies in none.
    public func split() throws(ModelError) -> Split? {
        guard let file = splitFile else { return nil }
        return try Self.split(in: file)
    }

    /// The split of the cases in a study.
    static func split(ofStudy study: String) throws(ModelError) -> Split {
        try split(in: "\(study)/\(dataName)")
    }

    private static func split(in file: String) throws(ModelError) -> Split {
        struct Plan: Decodable {
            var split: Split
        }
        do throws(JSONFileError) {
            return try JSONDocument.read(Plan.self, from: file).split
        } catch {
            throw ModelError(file: file, fault: .document(error.fault))
        }
    }
}

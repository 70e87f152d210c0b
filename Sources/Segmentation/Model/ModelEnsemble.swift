internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost

/// What a user names as MODEL: one model, those of all folds and seeds of a cross-validation with the clean-up they
/// chose, or those of an ensemble of different networks.
///
/// Of a cascade they are those of the second stage; the first one's belong to them.
///
/// ```swift
/// let ensemble = try ModelEnsemble(of: "brains")
/// let models = try ensemble.models.map { try Model(contentsOf: $0.model) }
/// let options = PredictionOptions(
///     postProcessing: ensemble.postProcessing, modelWeights: ensemble.weights)
/// let predictor = try Predictor(models, options)
/// ```
public struct ModelEnsemble: Hashable, Sendable {
    /// The models, whose mean is the prediction.
    public var models: [ModelLocation]
    /// How much each of them counts in the mean, together 1; nil if all count alike.
    public var weights: [Double]?
    /// The clean-up of their label maps; nil for a model by itself.
    public var postProcessing: PostProcessing?
    /// The models of a cascade's first stage, whose mean the models see; empty outside of cascades.
    public var firstStage: [ModelLocation] = []
    /// The folds and seeds of a cross-validation that they are the models of; nil for all others.
    public private(set) var trainings: FoldTrainings?
    /// The folder of that cross-validation.
    package private(set) var crossValidation: CrossValidationFolder?
    /// The study whose best model it is; nil for all others.
    private var study: String?

    /// Finds the model in a model's folder, a run, or a study, or the models of a cross-validation's folds or of an
    /// ensemble.
    ///
    /// - Throws: ``ModelError``; also for a cross-validation that is not complete, or one of whose folds was trained
    ///   again since, and for an ensemble with other models than it was made of.
    public init(of path: String) throws(ModelError) {
        let path = FolderLink.resolve(PathParts.trimmed(path))
        let cascade = CascadeFolder(path)
        try self.init(ofStage: cascade.isBegun ? cascade.full : path)
        let stages = try models.map { (location) throws(ModelError) in
            try Model.description(contentsOf: location.model).firstStage
        }
        guard let needed = stages[0] else { return }
        guard let folder = Self.cascade(of: path) else {
            throw ModelError(file: path, fault: .firstStageMissing)
        }
        guard folder.low.trainings != nil else {
            throw ModelError(file: folder.low.path, fault: .firstStageLost)
        }
        firstStage = try Self.firstStage(of: folder)
        let digests = try firstStage.map { (location) throws(ModelError) in
            try Model.weightsDigest(contentsOf: location.model)
        }
        guard digests == needed.models, stages.allSatisfy({ $0 == needed }) else {
            throw ModelError(file: folder.low.path, fault: .firstStageChanged)
        }
    }

    /// The cascade in a folder, or in one that the folder lies in.
    private static func cascade(of path: String) -> CascadeFolder? {
        var url = URL(filePath: path)
        // A model may lie in a fold of the second stage.
        for _ in 0...3 {
            let folder = CascadeFolder(url.path)
            if folder.isBegun { return folder }
            url.deleteLastPathComponent()
        }
        return nil
    }

    private static func firstStage(
        of folder: CascadeFolder
    ) throws(ModelError) -> [ModelLocation] {
        var locations: [ModelLocation] = []
        for training in folder.low.trainings?.all ?? [] {
            locations.append(try ModelLocation(of: folder.low.run(training)))
        }
        return locations
    }

    private init(ofStage path: String) throws(ModelError) {
        let best = FolderLink.resolve("\(path)/\(ModelLocation.bestOfStudy)")
        if CrossValidationFolder(path).trainings != nil {
            try self.init(CrossValidationFolder(path))
        } else if CrossValidationFolder(best).trainings != nil {
            try self.init(CrossValidationFolder(best))
            study = path
        } else if EnsembleFolder(path).isWritten {
            try self.init(EnsembleFolder(path))
        } else if EnsembleFolder(best).isWritten {
            try self.init(EnsembleFolder(best))
            study = path
        } else {
            self.init([try ModelLocation(of: path)])
        }
    }

    private init(_ models: [ModelLocation]) {
        self.models = models
    }

    private init(_ folder: CrossValidationFolder) throws(ModelError) {
        let record: PostProcessingRecord
        do throws(JSONFileError) {
            record = try PostProcessingRecord(contentsOf: folder.postProcessing)
        } catch {
            throw error.fault.isMissingFile
                ? ModelError(file: folder.path, fault: .noModelYet)
                : ModelError(file: folder.postProcessing, fault: .cleanUp(error.fault))
        }
        guard let trainings = folder.trainings(of: record) else {
            throw ModelError(file: folder.path, fault: .foldsChanged)
        }
        self.trainings = trainings
        models = []
        for training in trainings.all {
            models.append(try ModelLocation(of: folder.run(training)))
        }
        postProcessing = record.chosen
        crossValidation = folder
        guard try weightsDigests() == record.models else {
            throw ModelError(file: folder.path, fault: .foldsChanged)
        }
    }

    private init(_ folder: EnsembleFolder) throws(ModelError) {
        let document = try folder.document()
        models = []
        for index in document.models.indices {
            models.append(try ModelLocation(of: folder.member(index)))
        }
        weights = document.weights
        guard try weightsDigests() == document.models else {
            throw ModelError(file: folder.path, fault: .otherMembers)
        }
    }

    /// The checksums of the models' weights, in their order.
    public func weightsDigests() throws(ModelError) -> [String] {
        var digests: [String] = []
        for location in models {
            digests.append(try Model.weightsDigest(contentsOf: location.model))
        }
        return digests
    }

    /// The split of the cases in the run or study; nil if the model lies in none, and for several folds, which have
    /// seen all cases.
    public func split() throws(ModelError) -> Split? {
        if let study { return try ModelLocation.split(ofStudy: study) }
        if let crossValidation { return crossValidation.split }
        return try models[0].split()
    }
}

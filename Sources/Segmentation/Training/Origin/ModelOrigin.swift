internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASSearch

/// The model whose weights a training begins with.
///
/// ```swift
/// let origin = try ModelOrigin(of: "brains")
/// let model = try origin.description()
/// var task = TrainingTask(dataset, model.architecture, preparation: model.preparation.options)
/// (task.origin, task.levels) = (origin, model.pyramid)
/// ```
public struct ModelOrigin: Hashable, Codable, Sendable {
    /// The path of the model's folder.
    public var model: String
    /// The checksum of its weights: XXH3 with 128 bits.
    public var weights: String
    /// The path that named it, such as that of a study; nil in plans of earlier versions.
    private var name: String?

    /// Finds the model that a user names: a model, a run or a study.
    ///
    /// - Throws: ``ModelError``, also for the models of several folds, or of an ensemble.
    public init(of path: String) throws(ModelError) {
        let location: ModelLocation
        do {
            location = try ModelLocation(of: path)
        } catch {
            guard !CascadeFolder(path).isBegun else {
                throw ModelError(file: path, fault: .cascade)
            }
            guard let first = Self.firstModel(in: path) else { throw error }
            throw ModelError(file: path, fault: .severalModels(first: first))
        }
        model = URL(filePath: location.model).standardizedFileURL.path
        name = URL(filePath: path).standardizedFileURL.path
        weights = try Model.weightsDigest(contentsOf: location.model)
    }

    /// The first of several models that a folder, or the best of a study, holds.
    private static func firstModel(in path: String) -> String? {
        [path, "\(path)/\(ModelLocation.bestOfStudy)"].flatMap { folder in
            let (ensemble, set) = (EnsembleFolder(folder), CrossValidationFolder(folder))
            return (set.trainings?.all.prefix(1).map(set.run) ?? [])
                + (ensemble.isWritten ? [ensemble.member(0)] : [])
        }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// True if a path is that of the model, of its run, or the one that has named it, whether or not it is still there.
    public func isNamed(_ path: String) -> Bool {
        let path = URL(filePath: path).standardizedFileURL.path
        return path == name || [path, "\(path)/\(ModelLocation.modelOfRun)"].contains(model)
    }

    /// Reads the description of the model, which must still have the same weights.
    public func description() throws(ModelError) -> ModelDescription {
        guard try Model.weightsDigest(contentsOf: model) == weights else {
            throw ModelError(file: model, fault: .otherWeights)
        }
        return try Model.description(contentsOf: model)
    }
}

extension ModelDescription {
    /// What each pooling of the network halves; never nil.
    public var pyramid: Pyramid { levels ?? Pyramid(poolings: architecture.poolings) }

    /// The preparation of a dataset's images by the rules and intensities of this model's channels.
    func preparation(of dataset: Dataset) throws(PreparationFault) -> Preparation {
        let channels = zip(preparation.channels, dataset.channels).map { known, name in
            var channel = known
            channel.name = name
            return channel
        }
        guard dataset.labels.foreground.count <= LabelTable.maxForeground else {
            throw .tooManyLabels(dataset.labels.foreground.count)
        }
        return Preparation(preparation.options, labels: dataset.labels, channels: channels)
    }
}

extension TrainingTask {
    /// Throws if the training cannot begin with the weights of its origin.
    func checkOrigin() throws {
        guard let origin else { return }
        let model = try origin.description()
        var faults: [String] = []
        if model.firstStage != nil {
            faults.append(
                "the model of `from` \(ModelFault.cascade)")
        } else if model.channels != dataset.channels.count {
            faults.append(
                "the model of `from` sees \(some(model.preparation.channels.map(\.name))), and the dataset has "
                    + "\(some(dataset.channels)): give a model of as many channels, or leave out `from`"
            )
        }
        if architecture != model.architecture {
            faults.append("the model of `from` has another network: leave out `network`")
        } else if try networkPlan().levels != model.pyramid {
            faults.append(
                "the network of the model of `from` has other levels: give it the model's")
        }
        if preparation != model.preparation.options {
            faults.append(
                "the model of `from` sees images that are prepared in another way: leave out `size`, `patch`, `fit` "
                    + "and `spacing`")
        }
        guard faults.isEmpty else { throw TrainingError.options(faults) }
    }
}

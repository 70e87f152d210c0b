internal import FoundationEssentials
internal import SegNASHost

/// The files of an ensemble of different networks: their models, and how much each of them counts in the mean.
///
/// Its model is the mean of these: ``ModelEnsemble``.
public struct EnsembleFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// The weights of the models.
    package var description: String { "\(path)/ensemble.json" }

    /// The model of a network, counted from 0.
    public func member(_ index: Int) -> String { "\(path)/member_\(index)" }

    /// The contents of `ensemble.json`.
    package struct Document: Codable {
        private(set) var schema = 1
        /// How much each model counts; together 1.
        var weights: [Double]
        /// The checksums of the models' weights.
        var models: [String]

        package init(weights: [Double], models: [String]) {
            self.weights = weights
            self.models = models
        }
    }

    /// True if the folder holds an ensemble.
    public var isWritten: Bool {
        FileManager.default.fileExists(atPath: description)
    }

    /// Reads which models belong to it, and how much each counts.
    func document() throws(ModelError) -> Document {
        let document: Document
        do throws(JSONFileError) {
            document = try JSONDocument.read(from: description, schema: 1...1)
        } catch {
            throw ModelError(file: description, fault: .document(error.fault))
        }
        let isWhole =
            document.weights.count == document.models.count && !document.weights.isEmpty
            && document.weights.allSatisfy { $0 > 0 && $0 <= 1 }
        guard isWhole else { throw ModelError(file: description, fault: .document(.syntax)) }
        return document
    }

    /// Writes an ensemble of models, which appears whole or not at all, in place of an earlier one that differs.
    ///
    /// - Parameters:
    ///   - models: The folders of the models, which are copied.
    ///   - weights: How much each counts; together 1.
    /// - Throws: ``ModelError``
    public func write(_ models: [String], weights: [Double]) throws(ModelError) {
        precondition(models.count == weights.count, "a weight for each model")
        var digests: [String] = []
        for model in models { digests.append(try Model.weightsDigest(contentsOf: model)) }
        let present = try? ModelEnsemble(of: path)
        guard present?.weights != weights || (try? document())?.models != digests else { return }
        do {
            let folder = try AtomicFolder(path: path)
            let parts = EnsembleFolder(folder.temporaryPath)
            for (index, model) in models.enumerated() {
                try parts.copy(AtomicFolder.path(of: model) ?? model, to: index)
            }
            try JSONDocument.write(
                Document(weights: weights, models: digests), to: parts.description)
            try folder.publish(replacing: true)
        } catch {
            throw ModelError(file: path, fault: .unwritable("\(error)"))
        }
    }

    /// Links the files of a model, which are on the disk already, or copies them where there are no links.
    private func copy(_ model: String, to index: Int) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: member(index), withIntermediateDirectories: true)
        for name in [Model.descriptionName, Model.weightsName, Model.recordName] {
            let (from, to) = ("\(model)/\(name)", "\(member(index))/\(name)")
            do {
                try files.linkItem(atPath: from, toPath: to)
            } catch {
                try files.copyItem(atPath: from, toPath: to)
            }
        }
    }
}

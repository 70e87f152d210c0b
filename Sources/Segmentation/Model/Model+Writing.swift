internal import SegNASHost
public import SegNASTorch

extension Model {
    /// Writes a model's folder, which appears whole or not at all.
    ///
    /// A model of that name is never lost: with `replacing` the new one takes its place when it is whole, and whenever
    /// the process is killed, ``init(contentsOf:device:)`` finds the one or the other.
    ///
    /// - Parameters:
    ///   - description: For `model.json`.
    ///   - weights: Parameters and buffers of the network, as `Weights/all` lists them.
    ///   - record: How the network was trained, for `training.json`; no paths, no names of cases.
    ///   - path: The folder; the one that it is to lie in must be there.
    ///   - replacing: Whether a model of that name may be replaced.
    /// - Throws: ``ModelError``, where the folder exists or the system refuses.
    public static func write(
        _ description: ModelDescription, weights: NamedTensors, record: some Encodable,
        to path: String, replacing: Bool = false
    ) throws(ModelError) {
        guard replacing || AtomicFolder.path(of: path) == nil else {
            throw ModelError(file: path, fault: .exists)
        }
        do {
            let folder = try AtomicFolder(path: path)
            let files = folder.temporaryPath
            try SafetensorsFile(tensors: weights).write(to: "\(files)/\(weightsName)")
            let document = ModelDocument(
                description: description, weights: try .init(of: "\(files)/\(weightsName)"))
            try document.write(to: "\(files)/\(descriptionName)")
            try JSONDocument.write(record, to: "\(files)/\(recordName)")
            try folder.publish(replacing: replacing)
        } catch let failure as SystemFailure {
            let fault: ModelFault =
                failure.isExistingFile ? .exists : .unwritable(failure.description)
            throw ModelError(file: path, fault: fault)
        } catch {
            throw ModelError(file: path, fault: .unwritable("\(error)"))
        }
    }
}

internal import SegNASDatasets
internal import SegNASHost
internal import SegNASRandomness
internal import SegNASSearch
public import SegNASTorch

/// A trained network, with all that is needed to predict with it.
///
/// On disk it is one folder: `model.json` (``ModelDescription``), `weights.safetensors`, and `training.json`, the
/// record of its training.
public struct Model {
    public let description: ModelDescription
    public let network: Network
    public let device: Device

    /// Names of the files in a model's folder.
    public static let descriptionName = "model.json"
    public static let weightsName = "weights.safetensors"
    public static let recordName = "training.json"

    public init(description: ModelDescription, network: Network, device: Device) {
        self.description = description
        self.network = network
        self.device = device
    }

    /// The type of activations for a chosen precision; `auto` is that of the training, unless the device is slow at it.
    public func dtype(_ precision: Precision) -> DType {
        let isFloat32 = precision == .auto && description.precision == .float32
        return isFloat32 ? .float32 : precision.dtype(on: device)
    }

    /// Reads a model's folder, checks all of it, and builds the network on a device.
    public init(contentsOf path: String, device: Device = .cpu) throws(ModelError) {
        guard let folder = AtomicFolder.path(of: path) else {
            throw ModelError(file: path, fault: .missing)
        }
        let document = try Self.document(in: folder)
        let weights = try Self.weights(in: folder, document.weights)
        description = document.description
        self.device = device
        do throws(ModelFault) {
            network = try Self.network(document.description, device: device)
        } catch {
            throw ModelError(file: "\(folder)/\(Self.descriptionName)", fault: error)
        }
        do throws(TorchError) {
            try withoutGradients { () throws(TorchError) in
                try network.weights.all.assign(weights)
            }
        } catch {
            let fault: ModelFault =
                if case .operation(let words) = error {
                    .weightsUnfit(words)
                } else {
                    .tensors(error)
                }
            throw ModelError(file: "\(folder)/\(Self.weightsName)", fault: fault)
        }
    }

    /// The description of the model in a folder, without its weights.
    public static func description(
        contentsOf path: String
    ) throws(ModelError) -> ModelDescription {
        guard let folder = AtomicFolder.path(of: path) else {
            throw ModelError(file: path, fault: .missing)
        }
        return try document(in: folder).description
    }

    /// The checksum of a model's weights, as its description states it.
    public static func weightsDigest(contentsOf path: String) throws(ModelError) -> String {
        guard let folder = AtomicFolder.path(of: path) else {
            throw ModelError(file: path, fault: .missing)
        }
        return try document(in: folder).weights.xxh128
    }

    /// True if a folder holds a model with the weights that belong to it.
    static func isWhole(_ path: String) -> Bool {
        guard let folder = AtomicFolder.path(of: path), let document = try? document(in: folder),
            let found = try? ModelDocument.WeightsRecord(of: "\(folder)/\(weightsName)")
        else { return false }
        return found == document.weights
    }

    private static func document(in folder: String) throws(ModelError) -> ModelDocument {
        let file = "\(folder)/\(descriptionName)"
        let text: String
        do {
            // Hundreds of labels take more space than files that people write.
            text = try readText(at: file, limit: 1 << 20)
        } catch {
            throw error.isMissingFile
                ? ModelError(file: folder, fault: .notAModel)
                : ModelError(file: file, fault: .document(.text(error)))
        }
        do {
            return try ModelDocument(text: text)
        } catch {
            throw ModelError(file: file, fault: error)
        }
    }

    private static func weights(
        in folder: String, _ record: ModelDocument.WeightsRecord
    ) throws(ModelError) -> NamedTensors {
        let file = "\(folder)/\(weightsName)"
        let found: ModelDocument.WeightsRecord
        do {
            found = try ModelDocument.WeightsRecord(of: file)
        } catch {
            throw ModelError(
                file: file,
                fault: error.isMissingFile ? .weightsMissing : .unreadable(error))
        }
        guard found == record else { throw ModelError(file: file, fault: .weightsDiffer) }
        do {
            return try SafetensorsFile(reading: file).tensors
        } catch {
            throw ModelError(file: file, fault: .weights(error))
        }
    }

    private static func network(
        _ description: ModelDescription, device: Device
    ) throws(ModelFault) -> Network {
        let plan: NetworkPlan
        do {
            plan = try description.plan()
        } catch {
            throw .network(error)
        }
        var generator = SeededGenerator(seed: 0)
        do {
            return try Network(plan, device: device, using: &generator)
        } catch {
            throw .tensors(error)
        }
    }
}

extension ModelDocument.WeightsRecord {
    init(of file: String) throws(SystemFailure) {
        let digest = try ContentDigest(of: file)
        self.init(bytes: digest.bytes, xxh128: digest.text)
    }
}

extension Model {
    /// Writes a model's folder, which appears whole or not at all.
    ///
    /// A model of that name is never lost: with `replacing` the new one takes its place when it is whole, and whenever
    /// the process is killed, ``init(contentsOf:device:)`` finds one of the two.
    ///
    /// - Parameters:
    ///   - description: The contents of `model.json`.
    ///   - weights: Parameters and buffers of the network, as `Weights/all` lists them.
    ///   - record: The record of the training, for `training.json`; no paths, no names of cases.
    ///   - path: The folder to write; its parent folder must exist.
    ///   - replacing: True if a model of that name may be replaced.
    /// - Throws: ``ModelError`` if the folder exists or the system refuses.
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

internal import SegNASDatasets
internal import SegNASExport
internal import SegNASHost
internal import SegNASSearch
public import SegNASSegmentation
internal import SegNASTorch

/// Options of an export.
public struct ExportOptions: Hashable, Sendable {
    public var format: ExportFormat
    /// What the network gives.
    public var output: Output
    /// True if the network takes images of one size only, the one that the model sees.
    public var hasFixedSize: Bool

    /// What an exported network gives.
    public enum Output: String, CaseIterable, Sendable {
        /// The network's last feature map; not of several models.
        case scores
        /// Of each class, or of each region.
        case probabilities
        /// The values that label maps hold.
        case labels
    }

    public init(
        format: ExportFormat, output: Output = .probabilities, hasFixedSize: Bool = false
    ) {
        self.format = format
        self.output = output
        self.hasFixedSize = hasFixedSize
    }
}

/// What was exported.
public struct ExportResult: Hashable, Encodable, Sendable {
    public var output: String
    public var format: String
    /// Networks in it.
    public var models: Int
    /// Bytes of all files.
    public var bytes: Int
    /// How it differs from the model; nil for formats that hold the weights as they are.
    public var parity: ExportParity?
    /// Remarks for the user.
    public var notes: [String]
}

/// Writes a model in the formats of other programs.
///
/// Each exported network is run beside the model itself before anything is written, and refused where they differ.
///
/// ```swift
/// let export = try ModelExport(of: "brains", ExportOptions(format: .onnx))
/// print(try export.write(to: "brains.onnx").parity)
/// ```
public struct ModelExport {
    let options: ExportOptions
    /// What the user has named.
    let path: String
    let ensemble: ModelEnsemble
    let descriptions: [ModelDescription]

    /// Finds the model, and refuses what the format cannot hold.
    ///
    /// - Parameters:
    ///   - path: A model, a run, a study, a cross-validation, an ensemble or a cascade.
    ///   - options: The format and what the network gives.
    /// - Throws: `ModelError`, ``ExportError``.
    public init(of path: String, _ options: ExportOptions) throws {
        self.options = options
        self.path = path
        ensemble = try ModelEnsemble(of: path)
        descriptions = try ensemble.models.map { try Model.description(contentsOf: $0.model) }
        try check()
    }

    private func check() throws(ExportError) {
        guard options.format != .zip else { return }
        guard ensemble.firstStage.isEmpty else { throw .cascade(path) }
        guard descriptions.count > 1 else { return }
        if options.format == .python {
            throw .severalModels(path, first: ensemble.models[0].model, count: descriptions.count)
        }
        if options.output == .scores { throw .scoresOfSeveral(path) }
        var preparation = descriptions[0].preparation
        for description in descriptions.dropFirst() {
            // Patches may differ in size.
            let isPatch = preparation.options.fit == .patch
            if isPatch, !options.hasFixedSize {
                preparation = preparation.seeing(patches: description.preparation.options.size)
            }
            guard description.preparation == preparation else { throw .preparations(path) }
        }
    }

    /// Writes the file or folder, which appears whole or not at all.
    ///
    /// - Parameter output: A path that nothing has yet.
    /// - Returns: What was written, and how it differs from the model.
    /// - Throws: ``ExportError``, `ModelError`, `TorchError`.
    public func write(to output: String) throws -> ExportResult {
        let output = PathParts.trimmed(output)
        guard !FileSystem.isThere(output) else { throw ExportError.exists(output) }
        let written = try write(output)
        return ExportResult(
            output: output, format: options.format.name, models: descriptions.count,
            bytes: written.bytes, parity: written.parity, notes: notes)
    }

    private func write(_ output: String) throws -> (bytes: Int, parity: ExportParity?) {
        switch options.format {
        case .onnx: try writeONNX(to: output)
        case .torchscript: try writeTorchScript(to: output)
        case .bundle: try writeBundle(to: output)
        case .python: (try writePython(to: output), nil)
        case .zip: (try writeZip(to: output), nil)
        }
    }

    private var notes: [String] {
        let steps = ensemble.postProcessing?.steps ?? []
        guard options.format != .zip, !steps.isEmpty else { return [] }
        return [
            "the clean-up of label maps, which predictions have chosen, is not part of the network"
        ]
    }
}

// MARK: - ONNX

extension ModelExport {
    private func writeONNX(to output: String) throws -> (bytes: Int, parity: ExportParity?) {
        let models = try loadModels()
        let (bytes, parity) = try checkedONNX(models, of: subject(models))
        do {
            try NewFile.write(bytes, to: output)
        } catch {
            throw ExportError(error)
        }
        return (bytes.count, parity)
    }

    /// The bytes of an ONNX file, and how what they hold differs from the models.
    func checkedONNX(
        _ models: [Model], of subject: ExportSubject
    ) throws -> (bytes: [UInt8], parity: ExportParity) {
        let bytes = ONNXModel(subject, producer: Release.version).encoded()
        // Protocol buffers have no more.
        guard bytes.count < 1 << 31 else { throw ExportError.tooLarge(bytes: bytes.count) }
        let runner = try ONNXRunner(ONNXModel(decoding: bytes))
        let parity = try ParityCheck(models: models, subject: subject) { try runner($0) }
        guard parity.isGood else { throw ExportError.parity(.onnx, parity) }
        return (bytes, parity)
    }

    func loadModels() throws -> [Model] {
        try ensemble.models.map { try Model(contentsOf: $0.model) }
    }

    /// The networks with their weights.
    func subject(_ models: [Model]) throws -> ExportSubject {
        var members: [ExportSubject.Member] = []
        for (index, model) in models.enumerated() {
            let share = ensemble.weights?[index] ?? 1 / Double(models.count)
            members.append(
                .init(try model.description.plan(), try NetworkWeights(model), share: share))
        }
        return ExportSubject(
            members, rule: ClassRule(descriptions[0].preparation.labels),
            output: ExportOutput(options.output),
            fixedSize: options.hasFixedSize ? descriptions[0].preparation.options.size : nil,
            metadata: try metadata())
    }
}

extension NetworkWeights {
    /// Copies a model's weights.
    fileprivate init(_ model: Model) throws {
        var arrays: [String: FloatArray] = [:]
        for (name, tensor) in model.network.weights.all {
            let values = try tensor.detached().cast(to: .float32).array(of: Float.self)
            arrays[name] = FloatArray(values, shape: tensor.shape)
        }
        self.init(arrays)
    }
}

extension ClassRule {
    fileprivate init(_ labels: LabelTable) {
        if let regions = labels.regions {
            self = .painted(values: regions.map(\.value), background: labels.background)
        } else {
            self = .mostProbable(values: [labels.background] + labels.foreground.map(\.value))
        }
    }
}

extension ExportOutput {
    fileprivate init(_ output: ExportOptions.Output) {
        switch output {
        case .scores: self = .scores
        case .probabilities: self = .probabilities
        case .labels: self = .labels
        }
    }
}

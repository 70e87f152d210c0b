internal import SegNASExport
internal import SegNASHost
internal import SegNASSegmentation
internal import SegNASTorch

extension ModelExport {
    /// Writes the networks as a TorchScript module beside its final name, and runs it from there before it gets it.
    func writeTorchScript(to output: String) throws -> (bytes: Int, parity: ExportParity) {
        let folder: AtomicFolder
        do {
            folder = try AtomicFolder(path: output)
        } catch {
            throw ExportError.unwritable(output, reason: "\(error)")
        }
        let models = try loadModels()
        let file = "\(folder.temporaryPath)/\(PathParts(output).name)"
        let parity = try writeTorchScript(models, of: subject(models), to: file, for: output)
        do {
            let bytes = try MappedFile(path: file).bytes.count
            try AtomicFile.move(file, toNew: output)
            return (bytes, parity)
        } catch {
            throw error.isExistingFile
                ? ExportError.exists(output)
                : ExportError.unwritable(output, reason: "\(error)")
        }
    }

    /// Bytes for the source, the metadata and the archive around them.
    private static let roomForText = 1 << 20

    /// Writes a module of the `output`, and compares it with the models.
    func writeTorchScript(
        _ models: [Model], of subject: ExportSubject, to file: String, for output: String
    ) throws -> ExportParity {
        let script = try TorchScript(TorchScriptSource(subject), files: subject.metadata)
        // Where the disk is full, libtorch ends the program instead of throwing.
        let needed = ByteCount(script.buffers.byteCount + Self.roomForText)
        if let room = diskSpace(at: PathParts(file).folder), room < needed {
            throw ExportError.unwritable(
                output, reason: "\(needed) are needed, and \(room) are left on the disk")
        }
        try script.write(to: file)
        let parity = try ParityCheck(models: models, subject: subject) {
            try TorchScript.run(file, on: $0)
        }
        guard parity.isGood else { throw ExportError.parity(options.format, parity) }
        return parity
    }
}

extension TorchScript {
    fileprivate init(
        _ source: TorchScriptSource, files: [String: String]
    ) throws(TorchError) {
        var buffers = NamedTensors()
        for (name, array) in source.floats {
            buffers.add(try Tensor(array.values, shape: array.shape), named: name)
        }
        for (name, values) in source.labels {
            let fitsByte = values.allSatisfy { (0...255).contains($0) }
            buffers.add(
                fitsByte
                    ? try Tensor(values.map { UInt8($0) }, shape: [values.count])
                    : try Tensor(values.map { Int64($0) }, shape: [values.count]), named: name)
        }
        self.init(source: source.text, buffers: buffers, files: files)
    }
}

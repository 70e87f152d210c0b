internal import SegNASExport
internal import SegNASHost
internal import SegNASSegmentation

extension ModelExport {
    /// Writes a folder with the network in PyTorch, its weights and their description.
    func writePython(to output: String) throws -> Int {
        let model = ensemble.models[0].model
        let source = AtomicFolder.path(of: model) ?? model
        let program = "segnas3d \(Release.version)"
        let text = PythonNetwork.text(try descriptions[0].plan(), program: program)
        // Whole and of the checksum that its description states.
        _ = try loadModels()
        do {
            let folder = try AtomicFolder(path: output)
            var bytes = try write(Array(text.utf8), to: "\(folder.temporaryPath)/network.py")
            for name in [Model.weightsName, Model.descriptionName] {
                let file = try MappedFile(path: "\(source)/\(name)")
                bytes += try write(
                    UnsafeRawBufferPointer(file.bytes), to: "\(folder.temporaryPath)/\(name)")
            }
            try folder.publish(replacing: false)
            return bytes
        } catch let failure as SystemFailure {
            throw failure.isExistingFile
                ? ExportError.exists(output)
                : ExportError.unwritable(output, reason: "\(failure)")
        }
    }

    /// Writes a file of a folder that is not published yet.
    func write(_ bytes: [UInt8], to path: String) throws(SystemFailure) -> Int {
        try bytes.withUnsafeBufferPointer { bytes throws(SystemFailure) in
            try write(UnsafeRawBufferPointer(bytes), to: path)
        }
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer, to path: String
    ) throws(SystemFailure) -> Int {
        let file = try AtomicFile(path: path)
        try file.append(bytes)
        try file.publish()
        return bytes.count
    }
}

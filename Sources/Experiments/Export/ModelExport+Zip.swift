internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

extension ModelExport {
    /// Writes all files that prediction needs into one, with their checksums, and reads it back.
    ///
    /// Plans are not among them, for they name cases and folders; what prediction reads in them is written anew.
    func writeZip(to output: String) throws -> Int {
        // Reading them checks their weights.
        for location in ensemble.firstStage + ensemble.models {
            _ = try Model(contentsOf: location.model)
        }
        var files = ZipFiles()
        let root = ZippedModel.folderName
        if ensemble.firstStage.isEmpty {
            try files.add(ensemble, as: root)
        } else {
            try files.add(["command": CascadeFolder.command], as: "\(root)/plan.json")
            try files.add(ensemble, as: CascadeFolder(root).full)
            try files.add(
                FoldTrainings(folds: ensemble.firstStage.count), ensemble.firstStage, record: nil,
                as: CascadeFolder(root).low.path)
        }
        files.addChecksums()
        let bytes: Int
        do {
            bytes = try files.write(to: output)
        } catch {
            throw ExportError(error)
        }
        let digests = try ZippedModel.withFolder(of: output) { folder in
            try ModelEnsemble(of: folder).weightsDigests()
        }
        guard try digests == ensemble.weightsDigests() else { throw ExportError.damaged(output) }
        return bytes
    }
}

/// Files of an archive.
private struct ZipFiles {
    private var files: [(name: String, contents: Contents)] = []

    private enum Contents {
        case file(MappedFile)
        case text([UInt8])

        func withBytes<Result, Failure: Error>(
            _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            switch self {
            case .file(let file): try body(UnsafeRawBufferPointer(file.bytes))
            case .text(let bytes):
                try bytes.withUnsafeBufferPointer { bytes throws(Failure) in
                    try body(UnsafeRawBufferPointer(bytes))
                }
            }
        }
    }

    /// Adds a model, or the models of folds or of an ensemble.
    mutating func add(_ ensemble: ModelEnsemble, as folder: String) throws {
        if let parts = ensemble.crossValidation, let trainings = ensemble.trainings {
            try add(
                trainings, ensemble.models, record: parts.postProcessing, as: folder)
        } else if let weights = ensemble.weights {
            let parts = EnsembleFolder(folder)
            for (index, location) in ensemble.models.enumerated() {
                try add(model: location.model, as: parts.member(index))
            }
            try add(
                EnsembleFolder.Document(weights: weights, models: ensemble.weightsDigests()),
                as: parts.description)
        } else {
            try add(model: ensemble.models[0].model, as: folder)
        }
    }

    /// Adds the models of a cross-validation, the record of its clean-up, and what its plan has of use.
    mutating func add(
        _ trainings: FoldTrainings, _ models: [ModelLocation], record: String?, as folder: String
    ) throws {
        struct Plan: Encodable {
            let command = CrossValidationFolder.command
            let folds: [Split]
            let seeds: Int
        }
        let parts = CrossValidationFolder(folder)
        for (training, location) in zip(trainings.all, models) {
            try add(
                model: location.model, as: "\(parts.run(training))/\(ModelLocation.modelOfRun)")
        }
        // Which cases a fold has seen is nobody's business.
        let unnamed = (0..<trainings.folds).map { _ in
            Split(training: [], validation: [], test: [])
        }
        try add(Plan(folds: unnamed, seeds: trainings.seeds), as: parts.plan)
        if let record { try add(file: record, as: parts.postProcessing) }
    }

    private mutating func add(model: String, as folder: String) throws {
        let source = AtomicFolder.path(of: model) ?? model
        for name in [Model.descriptionName, Model.weightsName, Model.recordName] {
            let file = "\(source)/\(name)"
            guard name != Model.recordName || FileSystem.isThere(file) else { continue }
            try add(file: file, as: "\(folder)/\(name)")
        }
    }

    private mutating func add(file: String, as name: String) throws {
        do {
            files.append((name, .file(try MappedFile(path: file))))
        } catch {
            throw ModelError(file: file, fault: .unreadable(error))
        }
    }

    mutating func add(_ document: some Encodable, as name: String) throws {
        let text = try JSONDocument.text(of: document, .indented) + "\n"
        files.append((name, .text(Array(text.utf8))))
    }

    /// Adds the digest of each file, as `xxhsum -H2` prints and checks them.
    mutating func addChecksums() {
        let lines = files.map { name, contents in
            let stream = DigestStream()
            contents.withBytes { stream.add($0) }
            return "\(stream.text)  \(name)\n"
        }
        files.append(("checksums.txt", .text(Array(lines.joined().utf8))))
    }

    func write(to path: String) throws(NewFileError) -> Int {
        try lend([], path)
    }

    private func lend(
        _ lent: [(name: String, contents: UnsafeRawBufferPointer)], _ path: String
    ) throws(NewFileError) -> Int {
        guard lent.count < files.count else { return try ZipArchive.write(lent, to: path) }
        let (name, contents) = files[lent.count]
        return try contents.withBytes { bytes throws(NewFileError) in
            try lend(lent + [(name, bytes)], path)
        }
    }
}

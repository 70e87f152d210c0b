import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASTorch

/// A checkpoint on disk: a JSON file that is written last, and says which files of tensors belong to it.
struct Checkpoint: Hashable, Codable {
    private(set) var schema = 1
    var state: TrainingState
    /// Weights, the optimizer's state and the weights' average.
    var tensors: File
    /// The weights of the best epoch that may be chosen; nil where there has been none.
    var best: File?

    /// A file, and what tells whether it is whole.
    struct File: Hashable, Codable {
        var name: String
        var bytes: Int
        /// XXH3 with 128 bits.
        var digest: String
    }
}

/// The checkpoints of a run: the last two, so that one is left where the last is damaged.
struct CheckpointFolder {
    let path: String

    /// How many are kept.
    private static let kept = 2

    /// What a checkpoint holds.
    struct Contents {
        var checkpoint: Checkpoint
        var tensors: NamedTensors
        var best: NamedTensors?
        var file: String
    }

    /// The last checkpoint that is whole; those after it are reported with the reason why they are not used.
    ///
    /// Both may have the same best weights. Where these are damaged, training goes on without them.
    /// - Throws: `TorchError.outOfMemory`, which says nothing of the file.
    func last(report: (TrainingEvent) -> Void) throws(TorchError) -> Contents? {
        for number in numbers().reversed() {
            do {
                return try contents(of: number)
            } catch SafetensorsError.tensors(_, .outOfMemory(let shortage)) {
                throw .outOfMemory(shortage)
            } catch {
                report(
                    .damagedCheckpoint(
                        file: "\(path)/\(Self.name(number)).json", reason: "\(error)"))
            }
        }
        for number in numbers().reversed() {
            guard var contents = try? contents(of: number, readsBest: false) else { continue }
            let best = contents.checkpoint.state.history.best
            contents.checkpoint.state.history.loseBest()
            contents.checkpoint.best = nil
            report(
                .remark(
                    "the weights of the best epoch so far, \(best.map { "\($0)" } ?? "–"), are "
                        + "damaged: the model will be that of the best epoch from now on"))
            return contents
        }
        return nil
    }

    /// The name of the last checkpoint, whole or not.
    var lastFile: String? { numbers().last.map { "\(path)/\(Self.name($0)).json" } }

    /// How many were ever written.
    var count: Int { numbers().last ?? 0 }

    private func contents(of number: Int, readsBest: Bool = true) throws -> Contents {
        let file = "\(path)/\(Self.name(number)).json"
        let checkpoint: Checkpoint
        do {
            checkpoint = try Self.checkpoint(file)
        } catch {
            throw error.fault
        }
        let tensors = try read(checkpoint.tensors)
        return Contents(
            checkpoint: checkpoint, tensors: tensors,
            best: readsBest ? try checkpoint.best.map(read) : nil, file: file)
    }

    private static func checkpoint(_ file: String) throws(JSONFileError) -> Checkpoint {
        try JSONDocument.read(from: file, limit: 64 << 20, schema: 1...1)
    }

    private func read(_ file: Checkpoint.File) throws -> NamedTensors {
        let path = "\(path)/\(file.name)"
        let digest: ContentDigest
        do { digest = try ContentDigest(of: path) } catch {
            throw Damage.file(file.name, "\(error)")
        }
        guard digest.bytes == file.bytes, digest.text == file.digest else {
            throw Damage.contents(file.name)
        }
        return try SafetensorsFile(reading: path).tensors
    }

    private enum Damage: Error, CustomStringConvertible {
        case file(String, String)
        case contents(String)

        var description: String {
            switch self {
            case .file(let name, let reason): "\(name): \(reason)"
            case .contents(let name): "\(name) does not have the contents that were written"
            }
        }
    }

    // MARK: - Writing

    /// Writes a checkpoint, and removes all but the last ones.
    ///
    /// `best` are the weights of the history's best epoch where it is the last; else the file of the checkpoint before
    /// is taken over.
    func write(
        _ state: TrainingState, tensors: NamedTensors, best: NamedTensors?, before: Checkpoint?
    ) throws(TrainingError) -> Checkpoint {
        try makeFolder()
        try checkSpace(for: tensors.byteCount + (best?.byteCount ?? 0))
        let number = count + 1
        var bestFile = state.history.best == nil ? nil : before?.best
        if let best {
            bestFile = try write(best, "best-\(Self.name(number)).safetensors")
        }
        let checkpoint = Checkpoint(
            state: state, tensors: try write(tensors, "\(Self.name(number)).safetensors"),
            best: bestFile)
        try writeDescription(checkpoint, "\(path)/\(Self.name(number)).json")
        prune(keeping: Self.kept)
        return checkpoint
    }

    private func write(
        _ tensors: NamedTensors, _ name: String
    ) throws(TrainingError) -> Checkpoint.File {
        do {
            try SafetensorsFile(tensors: tensors).write(to: "\(path)/\(name)")
            let digest = try ContentDigest(of: "\(path)/\(name)")
            return Checkpoint.File(name: name, bytes: digest.bytes, digest: digest.text)
        } catch SafetensorsError.system(_, _, let reason) {
            throw .unwritable(file: "\(path)/\(name)", reason: reason)
        } catch {
            throw .unwritable(file: "\(path)/\(name)", reason: "\(error)")
        }
    }

    private func writeDescription(
        _ checkpoint: Checkpoint, _ file: String
    ) throws(TrainingError) {
        do {
            try JSONDocument.write(checkpoint, to: file, .line, replacing: false)
        } catch {
            throw .unwritable(file: file, reason: "\(error)")
        }
    }

    private func makeFolder() throws(TrainingError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }

    /// Refuses to begin what will not fit.
    private func checkSpace(for bytes: Int) throws(TrainingError) {
        let needed = ByteCount(bytes + 1 << 20)
        guard let free = diskSpace(at: path), free < needed else { return }
        throw .noSpace(folder: path, needed: needed, free: free)
    }

    // MARK: - Files

    private static func name(_ number: Int) -> String {
        padded(number, to: 6)
    }

    private func names() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    /// Numbers of the checkpoints, rising.
    private func numbers() -> [Int] {
        names().filter { $0.hasSuffix(".json") }.compactMap { Int($0.dropLast(5)) }.sorted()
    }

    /// Removes what belongs to none of the last so many checkpoints.
    func prune(keeping count: Int) {
        let numbers = numbers().suffix(count)
        var wanted: Set<String> = []
        for number in numbers {
            let name = Self.name(number)
            wanted.formUnion(["\(name).json", "\(name).safetensors"])
            guard let checkpoint = try? Self.checkpoint("\(path)/\(name).json") else { continue }
            wanted.formUnion([checkpoint.best?.name].compactMap(\.self))
        }
        // Descriptions first: none may be left without its tensors.
        for name in names().sorted(by: { $0.hasSuffix(".json") && !$1.hasSuffix(".json") })
        where !wanted.contains(name) && Self.isOurs(name) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        name.hasSuffix(".json") || name.hasSuffix(".safetensors") || name.hasSuffix(".partial")
    }
}

extension NamedTensors {
    var byteCount: Int {
        reduce(0) { $0 + $1.value.count * $1.value.dtype.size }
    }
}

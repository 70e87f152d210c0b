import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASTorch

/// A checkpoint on disk: a JSON file that is written last and names the files of tensors that belong to it.
struct Checkpoint: Hashable, Codable {
    private(set) var schema = 1
    var state: TrainingSession.State
    /// Weights, the optimizer's state and the weights' average.
    var tensors: File
    /// The weights of the best epoch that may be chosen; nil if there has been none.
    var best: File?

    /// A file, with its size and digest to check that it is whole.
    struct File: Hashable, Codable {
        var name: String
        var bytes: Int
        /// XXH3 with 128 bits.
        var digest: String
    }
}

/// The checkpoints of a run: the last two, so that one is left if the last is damaged.
struct CheckpointFolder {
    let path: String

    /// The number of checkpoints to keep.
    private static let kept = 2

    /// A checkpoint with its tensors.
    struct Contents {
        var checkpoint: Checkpoint
        var tensors: NamedTensors
        var best: NamedTensors?
        var file: String
    }

    /// The last checkpoint that is whole; damaged ones after it are reported with the reason.
    ///
    /// Both may have the same best weights. If these are damaged, training continues without them.
    ///
    /// - Throws: `TorchError.outOfMemory`, which is no fault of the file.
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
                        + "damaged: if epochs are left, the model will be that of the best of them")
            )
            return contents
        }
        return nil
    }

    /// The name of the last checkpoint, whole or not.
    var lastFile: String? { numbers().last.map { "\(path)/\(Self.name($0)).json" } }

    /// The number of checkpoints ever written.
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
    /// `best` are the weights of the history's best epoch if no checkpoint has them; else the file of the checkpoint
    /// before is kept.
    func write(
        _ state: TrainingSession.State, tensors: NamedTensors, best: NamedTensors?,
        before: Checkpoint?
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

    /// Throws if a checkpoint does not fit on the disk.
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

    /// The numbers of the checkpoints, in order.
    private func numbers() -> [Int] {
        names().filter { $0.hasSuffix(".json") }.compactMap { Int($0.dropLast(5)) }.sorted()
    }

    /// Removes all files that belong to none of the last `count` checkpoints.
    func prune(keeping count: Int) {
        let numbers = numbers().suffix(count)
        var wanted: Set<String> = []
        for number in numbers {
            let name = Self.name(number)
            wanted.formUnion(["\(name).json", "\(name).safetensors"])
            guard let checkpoint = try? Self.checkpoint("\(path)/\(name).json") else { continue }
            wanted.formUnion([checkpoint.best?.name].compactMap(\.self))
        }
        // Descriptions first: none may remain without its tensors.
        for name in names().sorted(by: { $0.hasSuffix(".json") && !$1.hasSuffix(".json") })
        where !wanted.contains(name) && Self.isOurs(name) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        name.hasSuffix(".json") || name.hasSuffix(".safetensors") || name.hasSuffix(".partial")
    }
}

/// The frequency at which a training writes checkpoints.
///
/// A checkpoint has 12 to 16 bytes for each parameter and a file of weights beside it: written after each of many short
/// epochs they would take more time than the training, and wear out disks. A run that is killed loses at most about the
/// time in which fifty checkpoints can be written.
public struct CheckpointPace: Hashable, Sendable {
    /// The maximal share of the time that writing takes, roughly.
    public var share = 0.02
    /// The minimal time before a checkpoint within an epoch, rather than at its end.
    public var intervalWithinEpochs = Duration.seconds(600)

    public init() {}

    /// True if a checkpoint is due at a time after the last one, which took `cost`.
    func isDue(after time: Duration, cost: Duration, isEpochEnd: Bool) -> Bool {
        let interval = isEpochEnd ? Duration.zero : intervalWithinEpochs
        return time >= max(interval, cost / share)
    }
}

/// The time of the last checkpoint, and the expected cost of the next one.
struct CheckpointClock {
    private let pace: CheckpointPace
    private var written = ContinuousClock.now
    private var cost: Duration

    /// Bytes per second of a slow disk, for the first checkpoint, whose time is not known yet.
    private static let firstPace = 200e6

    /// - Parameters:
    ///   - pace: The frequency of checkpoints.
    ///   - bytes: The size of a checkpoint.
    init(_ pace: CheckpointPace, bytes: Int) {
        self.pace = pace
        cost = .seconds(Double(bytes) / Self.firstPace)
    }

    func isDue(isEpochEnd: Bool) -> Bool {
        pace.isDue(after: .now - written, cost: cost, isEpochEnd: isEpochEnd)
    }

    /// Records that a checkpoint has just been written, which began at `begin`.
    mutating func wrote(since begin: ContinuousClock.Instant) {
        written = .now
        cost = written - begin
    }
}

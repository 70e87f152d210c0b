internal import Datasets
import FoundationEssentials
internal import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder of a training: plan, log, checkpoints and, in the end, the model.
///
/// As long as the object lives no other process trains the run.
final class RunFolder {
    let path: String
    private let lock: FileLock

    var plan: String { "\(path)/plan.json" }
    var log: String { "\(path)/log.jsonl" }
    var model: String { Self.model(of: path) }
    var test: String { Self.test(of: path) }
    var checkpoints: CheckpointFolder { CheckpointFolder(path: "\(path)/checkpoints") }

    /// Whether an epoch was trained here, or begun and kept.
    var holdsTraining: Bool {
        checkpoints.lastFile != nil || FileManager.default.fileExists(atPath: log)
    }

    private static let lockName = ".lock"

    static func model(of run: String) -> String { "\(run)/\(ModelLocation.modelOfRun)" }
    private static func test(of run: String) -> String { "\(run)/test.json" }

    /// Opens a run, or makes a folder for a new one.
    init(_ path: String) throws(TrainingError) {
        self.path = path
        let found = FileManager.default
        do {
            try found.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .noFolder(run: path, reason: Self.reason(of: error))
        }
        let names = (try? found.contentsOfDirectory(atPath: path)) ?? []
        // A process may have been killed before it had written the plan.
        let isForeign = names.contains {
            !FileLock.isFile($0, of: Self.lockName) && !$0.hasPrefix(".plan.json.")
        }
        guard names.contains("plan.json") || !isForeign else { throw .occupied(run: path) }
        do {
            lock = try FileLock(path: "\(path)/\(Self.lockName)")
        } catch {
            switch error {
            case .held(_, let owner): throw .locked(run: path, by: owner)
            case .system(let file, let reason): throw .unwritable(file: file, reason: reason)
            }
        }
    }

    private static func reason(of error: any Error) -> String {
        let underlying = (error as? CocoaError)?.underlying as? POSIXError
        return underlying.map { "\(SystemFailure(code: $0.code.rawValue))" } ?? "\(error)"
    }

    /// The plan of the run; nil where it has not begun.
    func readPlan() throws(TrainingError) -> TrainingPlan? {
        guard FileManager.default.fileExists(atPath: plan) else { return nil }
        let text: String
        do {
            text = try readText(at: plan, limit: 256 << 20)
        } catch {
            throw .unreadable(file: plan, reason: "\(error)")
        }
        let known: TrainingPlan
        do {
            known = try JSONDecoder().decode(TrainingPlan.self, from: Data(text.utf8))
        } catch {
            throw .unreadable(file: plan, reason: "it is not the plan of a training")
        }
        guard known.schema <= TrainingPlan.newestSchema else {
            throw .unreadable(file: plan, reason: "a later version of segnas3d wrote it")
        }
        return known
    }

    func writePlan(_ plan: TrainingPlan) throws(TrainingError) {
        do {
            try Self.write(plan, to: self.plan, isPretty: true)
        } catch {
            throw .unwritable(file: self.plan, reason: "\(error)")
        }
    }

    /// How a run's model does on the test cases; nil where that is not known.
    static func readTest(of run: String) throws(TrainingError) -> Evaluation? {
        let test = test(of: run)
        guard FileManager.default.fileExists(atPath: test) else { return nil }
        do {
            let data = Data(try readText(at: test, limit: 256 << 20).utf8)
            return try JSONDecoder().decode(Evaluation.self, from: data)
        } catch {
            throw .unreadable(file: test, reason: "it is not an evaluation: remove it")
        }
    }

    func write(_ evaluation: Evaluation) throws(TrainingError) {
        do {
            try Self.write(evaluation, to: test, isPretty: true)
        } catch {
            throw .unwritable(file: test, reason: "\(error)")
        }
    }

    /// Writes JSON that appears whole or not at all.
    static func write(
        _ value: some Encodable, to path: String, replacing: Bool = true, isPretty: Bool = false
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        let data = try encoder.encode(value) + Data("\n".utf8)
        let file = try AtomicFile(path: path)
        try data.withUnsafeBytes { try file.append($0) }
        try file.publish(replacing: replacing)
    }
}

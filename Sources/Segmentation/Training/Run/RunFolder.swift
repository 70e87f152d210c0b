import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// The folder of a training: plan, log, checkpoints and, in the end, the model.
///
/// As long as the object lives, no other process trains the run.
final class RunFolder {
    let path: String
    private let lock: FileLock

    var plan: String { "\(path)/\(Self.planName)" }
    var log: RunLog { RunLog(path: Self.log(of: path)) }
    var model: String { Self.model(of: path) }
    var test: String { Self.test(of: path) }
    private var testMaps: String { "\(path)/\(ModelLocation.testOfRun)" }
    var checkpoints: CheckpointFolder { CheckpointFolder(path: "\(path)/checkpoints") }

    /// True if an epoch was trained here, or begun and saved.
    var holdsTraining: Bool {
        checkpoints.lastFile != nil || FileManager.default.fileExists(atPath: log.path)
    }

    private static let lockName = ".lock"
    private static let planName = "plan.json"

    /// True if a folder has the plan of a run.
    static func isBegun(_ run: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(run)/\(planName)")
    }

    static func model(of run: String) -> String { "\(run)/\(ModelLocation.modelOfRun)" }
    static func log(of run: String) -> String { "\(run)/log.jsonl" }
    private static func test(of run: String) -> String { "\(run)/test.json" }

    /// Opens a run, or makes a folder for a new one.
    init(_ path: String) throws(TrainingError) {
        self.path = path
        do throws(SystemFailure) {
            try FileSystem.makeFolder(path)
        } catch {
            throw .noFolder(run: path, reason: "\(error)")
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        // A process may have been killed before it wrote the plan.
        let isForeign = names.contains {
            !FileLock.isFile($0, of: Self.lockName) && !$0.hasPrefix(".\(Self.planName).")
        }
        guard names.contains(Self.planName) || !isForeign else { throw .occupied(run: path) }
        do {
            lock = try FileLock(path: "\(path)/\(Self.lockName)")
        } catch {
            switch error {
            case .held(_, let owner): throw .locked(run: path, by: "\(owner)")
            case .system(let file, let reason):
                throw .unwritable(file: file, reason: "\(reason)")
            }
        }
        AtomicFile.removeLeftovers(of: plan)
    }

    /// The plan of the run; nil if it has not begun.
    func readPlan() throws(TrainingError) -> RunPlan? {
        do {
            return try JSONDocument.readIfPresent(
                from: plan, schema: 1...RunPlan.newestSchema)
        } catch {
            throw .unreadable(file: plan, reason: "\(error.fault)")
        }
    }

    func writePlan(_ plan: RunPlan) throws(TrainingError) {
        do {
            try JSONDocument.write(plan, to: self.plan)
        } catch {
            throw .unwritable(file: self.plan, reason: "\(error)")
        }
    }

    /// The evaluation of a run's model on the test cases; nil if there is none yet.
    static func readTest(of run: String) throws(TrainingError) -> Evaluation? {
        let test = test(of: run)
        do {
            return try JSONDocument.readIfPresent(from: test)
        } catch {
            throw .unreadable(file: test, reason: "\(error.fault): remove it")
        }
    }

    /// Replaces the picture of the first validation case, as the best epoch has predicted it, for those who watch.
    ///
    /// A picture that cannot be written is missing: the training goes on.
    func show(_ example: PreparedCase, predicted: [UInt8], labels: LabelTable) {
        guard
            let slices = SlicePicture(
                example, predicted: predicted, labels: labels.structures.count),
            let file = try? AtomicFile(path: "\(path)/\(ModelLocation.previewOfRun)")
        else { return }
        try? file.append(slices.picture.png())
        try? file.publish()
    }

    /// Removes the test of another model.
    func removeTest() throws(TrainingError) {
        for file in [test, testMaps] where FileManager.default.fileExists(atPath: file) {
            do {
                try FileManager.default.removeItem(atPath: file)
            } catch {
                throw .unwritable(file: file, reason: "\(error)")
            }
        }
    }

    /// Writes the label map of a test case.
    func write(_ labels: Volume, of identifier: String) throws {
        do throws(SystemFailure) {
            try FileSystem.makeFolder(testMaps)
        } catch {
            throw TrainingError.unwritable(file: testMaps, reason: "\(error)")
        }
        try labels.write(to: "\(testMaps)/\(identifier).nii.gz", replacing: true)
    }

    func write(_ evaluation: Evaluation) throws(TrainingError) {
        do {
            try JSONDocument.write(evaluation, to: test)
        } catch {
            throw .unwritable(file: test, reason: "\(error)")
        }
    }
}

// MARK: - Log

/// A run's `log.jsonl`: one line for each epoch, without the Dice of each case, of which there may be many.
struct RunLog {
    let path: String

    /// Makes the file hold exactly these epochs: a killed process may have left a line more or fewer, or part of one.
    func restore(_ records: [EpochRecord]) throws(TrainingError) {
        do {
            var text = ""
            for record in records { text += try line(record) + "\n" }
            if records.isEmpty, !FileManager.default.fileExists(atPath: path) { return }
            guard (try? String(contentsOfFile: path, encoding: .utf8)) != text else { return }
            try replaceText(at: path, by: text)
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }

    /// Adds a line, which is on disk afterwards.
    func append(_ record: EpochRecord) throws(TrainingError) {
        do {
            try appendLine(try line(record), to: path)
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }

    private func line(_ record: EpochRecord) throws -> String {
        try JSONDocument.text(of: record.withoutCases, .line)
    }
}

internal import Dispatch
internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASTorch
internal import Synchronization

/// Writes predicted cases to a folder, the label map of each while the next one is predicted.
///
/// At most one label map is being written, and none of more than ``largest`` bytes beside the next prediction. Cases
/// end in their order.
final class PredictionWriter {
    private let folder: PredictionFolder
    private var unfinished: (entry: PredictionResult.Entry, work: BackgroundWork)?
    /// Called with the outcome of each case.
    private let report: (PredictionResult.Entry) -> Void

    /// Of a label map with one byte for each voxel, 512×512×256 voxels.
    private static let largest = 64 << 20

    init(_ folder: PredictionFolder, report: @escaping (PredictionResult.Entry) -> Void) {
        self.folder = folder
        self.report = report
    }

    /// Writes a case whose images had the given state before they were read; `seconds` says how long it took.
    func write(
        _ scores: ScoreRestorer, of subject: Dataset.Case, state: String?,
        seconds: () -> Double
    ) throws {
        let unfinished = try folder.begin(scores, of: subject, state: state)
        finish()
        var entry = folder.entry(subject, .predicted)
        entry.warnings = scores.warnings
        entry.seconds = seconds()
        let work = BackgroundWork { [folder] in try folder.finish(unfinished) }
        self.unfinished = (entry, work)
        let samples = unfinished.labels.samples
        if samples.count * samples.type.size > Self.largest { finish() }
    }

    /// Ends a case that cannot be predicted.
    func fail(_ subject: Dataset.Case, _ error: any Error) {
        finish()
        report(folder.entry(subject, error))
    }

    /// Waits until the label map in hand is written.
    func finish() {
        guard let (entry, work) = unfinished else { return }
        unfinished = nil
        do {
            try work.wait()
            report(entry)
        } catch {
            report(.init(entry.name, .failed, error: "case \(entry.name): \(error)"))
        }
    }
}

/// A piece of work on another thread.
private final class BackgroundWork: Sendable {
    private let failure = Mutex<(any Error)?>(nil)
    private let end = DispatchSemaphore(value: 0)

    init(_ work: @escaping @Sendable () throws -> Void) {
        DispatchQueue.global().async { [self] in
            do {
                try work()
            } catch {
                failure.withLock { $0 = error }
            }
            end.signal()
        }
    }

    /// Waits for the end, once.
    ///
    /// - Throws: What the work threw.
    func wait() throws {
        end.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}

extension PredictionFolder {
    func entry(_ subject: Dataset.Case, _ state: PredictionResult.State) -> PredictionResult.Entry {
        var entry = PredictionResult.Entry(subject.identifier, state)
        entry.file = labelMap(of: subject.identifier)
        return entry
    }

    /// The entry of a case that failed.
    func entry(_ subject: Dataset.Case, _ error: any Error) -> PredictionResult.Entry {
        let name = subject.identifier
        if let error = error as? PreparationError {
            var entry = PredictionResult.Entry(name, .failed, error: "\(error)")
            entry.isOutOfMemory = error.isOutOfMemory
            return entry
        }
        var entry = PredictionResult.Entry(name, .failed, error: "case \(name): \(error)")
        if case TorchError.outOfMemory = error { entry.isOutOfMemory = true }
        return entry
    }
}

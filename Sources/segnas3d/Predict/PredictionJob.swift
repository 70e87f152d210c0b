internal import Datasets
internal import Host
internal import Segmentation
internal import Torch

/// Predicts cases and writes them to a folder.
struct PredictionJob {
    let predictor: Predictor
    let folder: PredictionFolder
    let isQuiet: Bool
    private var entries: [PredictionReport.Entry] = []

    init(predictor: Predictor, folder: PredictionFolder, isQuiet: Bool) {
        self.predictor = predictor
        self.folder = folder
        self.isQuiet = isQuiet
    }

    mutating func run(_ inputs: ImageInputs) throws -> PredictionReport {
        entries = inputs.faults.map { fault in
            .init(fault.caseIdentifier ?? fault.file ?? "", .failed, error: "\(fault)")
        }
        var missing: [Dataset.Case] = []
        for subject in inputs.cases {
            if subject.isFileName {
                if folder.holds(subject.identifier) {
                    add(subject, .kept)
                } else {
                    missing.append(subject)
                }
            } else {
                add(subject, .failed, error: "\(subject.identifier): no file can have this name")
            }
        }
        let progress = Progress("Predicting", isQuiet: isQuiet)
        defer { progress.finish() }
        var begin = ContinuousClock.now
        predictor.predict(missing) { subject, result in
            write(subject, result, since: begin)
            begin = .now
            progress.advance(of: missing.count)
            return !SignalWatch.isEndRequested
        }
        return PredictionReport(output: folder.path, cases: entries)
    }

    private mutating func write(
        _ subject: Dataset.Case, _ result: Result<ScoreRestoring, any Error>,
        since begin: ContinuousClock.Instant
    ) {
        do {
            try folder.write(try result.get(), of: subject.identifier)
            add(subject, .predicted, seconds: (ContinuousClock.now - begin) / .seconds(1))
        } catch let error as PreparationError {
            add(subject, .failed, error: "\(error)")
        } catch {
            add(subject, .failed, error: "case \(subject.identifier): \(error)")
            if case TorchError.outOfMemory = error {
                entries[entries.count - 1].isOutOfMemory = true
            }
        }
    }

    private mutating func add(
        _ subject: Dataset.Case, _ state: PredictionReport.State, seconds: Double? = nil,
        error: String? = nil
    ) {
        var entry = PredictionReport.Entry(subject.identifier, state, error: error)
        entry.seconds = seconds
        if state != .failed { entry.file = folder.labelMap(of: subject.identifier) }
        entries.append(entry)
    }
}

extension Dataset.Case {
    /// Whether a file can be named after the case; descriptions may name cases as they like.
    fileprivate var isFileName: Bool {
        !identifier.isEmpty && !identifier.hasPrefix(".") && !identifier.contains("/")
            && !identifier.contains("\0")
    }
}

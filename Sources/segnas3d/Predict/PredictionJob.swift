internal import Datasets
internal import Host
internal import Segmentation
internal import Torch

/// Predicts cases and writes them to a folder.
struct PredictionJob {
    let predictor: Predictor
    let folder: PredictionFolder
    let isQuiet: Bool
    /// Asked after every case.
    let isEndRequested: () -> Bool

    func run(_ inputs: ImageInputs) -> PredictionReport {
        var entries = inputs.faults.map { fault in
            PredictionReport.Entry(
                fault.caseIdentifier ?? fault.file ?? "", .failed, error: "\(fault)")
        }
        var missing: [Dataset.Case] = []
        for subject in inputs.cases {
            guard subject.isFileName else {
                entries.append(
                    entry(subject, .failed, "\(subject.identifier): no file can have this name"))
                continue
            }
            do throws(PredictionFolderError) {
                if try folder.holds(subject) {
                    entries.append(entry(subject, .kept))
                } else {
                    missing.append(subject)
                }
            } catch {
                entries.append(entry(subject, .failed, "\(error)"))
            }
        }
        let states = missing.map { ($0.identifier, folder.state(of: $0)) }
        let before = Dictionary(states) { first, _ in first }
        let progress = Progress("Predicting", isQuiet: isQuiet)
        defer { progress.finish() }
        var begin = ContinuousClock.now
        predictor.predict(missing) { subject, result in
            entries.append(
                write(subject, result, state: before[subject.identifier] ?? nil, since: begin))
            begin = .now
            progress.advance(of: missing.count)
            return !isEndRequested()
        }
        return PredictionReport(output: folder.path, cases: entries, notes: inputs.notes)
    }

    private func write(
        _ subject: Dataset.Case, _ result: Result<ScoreRestoring, any Error>, state: String?,
        since begin: ContinuousClock.Instant
    ) -> PredictionReport.Entry {
        do {
            let scores = try result.get()
            try folder.write(scores, of: subject, state: state)
            var entry = entry(subject, .predicted)
            entry.warnings = scores.warnings
            entry.seconds = (ContinuousClock.now - begin) / .seconds(1)
            return entry
        } catch let error as PreparationError {
            var entry = entry(subject, .failed, "\(error)")
            entry.isOutOfMemory = error.isOutOfMemory
            return entry
        } catch {
            var entry = entry(subject, .failed, "case \(subject.identifier): \(error)")
            if case TorchError.outOfMemory = error { entry.isOutOfMemory = true }
            return entry
        }
    }

    private func entry(
        _ subject: Dataset.Case, _ state: PredictionReport.State, _ error: String? = nil
    ) -> PredictionReport.Entry {
        var entry = PredictionReport.Entry(subject.identifier, state, error: error)
        if state != .failed { entry.file = folder.labelMap(of: subject.identifier) }
        return entry
    }
}

extension Dataset.Case {
    /// Whether a file can be named after the case; descriptions may name cases as they like.
    fileprivate var isFileName: Bool {
        !identifier.isEmpty && !identifier.hasPrefix(".") && !identifier.contains("/")
            && !identifier.contains("\0")
    }
}

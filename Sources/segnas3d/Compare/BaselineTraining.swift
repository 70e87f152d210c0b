internal import Datasets
import FoundationEssentials
internal import Host
internal import Report
internal import Search
internal import Segmentation
internal import Torch

/// The training of a network beside searches: from scratch, in the same way and within the same memory.
struct BaselineTraining {
    let task: ComparisonTask
    let network: Architecture
    let split: Int
    let clock: SearchClock

    /// Trains and judges, or goes on where that was interrupted; what cannot be trained is not tried twice.
    func run(in run: String, failure file: String) throws {
        if FileManager.default.fileExists(atPath: file) { return }
        TensorMemory.setBudget(task.memoryLimit)
        let display = TrainingDisplay(isQuiet: task.arguments.display.quiet)
        defer {
            display.finish()
            // What it has kept for its next step is for others now.
            try? TensorMemory.trim()
        }
        do {
            _ = try Trainer(
                task.training(network, split: split), run: run,
                on: task.arguments.machine(task.device),
                isEndRequested: { clock.end != nil }, report: display.show
            ).train()
        } catch {
            guard let failure = BaselineFailure(error, limit: task.memoryLimit) else { throw error }
            try writeDocument(failure, to: file)
        }
    }
}

/// Why a network has no result, which says something about the network.
struct BaselineFailure: Codable {
    private(set) var schema = 1
    /// Where it does not fit: what a training step needs, nil where not known, and what it may take.
    var outOfMemory: Shortage?
    /// Any other reason, as a phrase.
    var reason: String?

    struct Shortage: Codable {
        var needed: UInt64?
        var limit: UInt64
    }

    /// Nil for errors that another attempt may not meet.
    init?(_ error: any Error, limit: ByteCount) {
        switch error {
        case TrainingError.outOfMemory(let shortage):
            outOfMemory = Shortage(needed: shortage.predicted?.bytes, limit: limit.bytes)
        case TrainingError.notFinite(let what, let epoch, _, _, _):
            reason = "\(what) was not a finite number in epoch \(epoch)"
        case let error as NetworkError: reason = error.reason
        default: return nil
        }
    }

    var outcome: Report.Comparison.Outcome {
        if let outOfMemory {
            return .outOfMemory(
                needed: outOfMemory.needed.map { ByteCount($0) },
                limit: ByteCount(outOfMemory.limit))
        }
        return .failed(reason ?? "")
    }
}

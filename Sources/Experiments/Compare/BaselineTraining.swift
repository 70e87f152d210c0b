internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// The training of a network beside searches: from scratch, in the same way and within the same memory.
struct BaselineTraining {
    let task: ComparisonTask
    let network: Architecture
    let split: Int
    let clock: SearchClock
    let monitor: Monitor

    /// Trains and judges, or goes on where that was interrupted; what cannot be trained is not tried twice.
    func run(in run: String, failure file: String) throws {
        if try BaselineFailure(of: network, in: file) != nil { return }
        TensorMemory.setBudget(task.memoryLimit)
        defer {
            monitor.report(.trainingEnded)
            // What it has kept for its next step is for others now.
            try? TensorMemory.trim()
        }
        do {
            _ = try Trainer(
                task.training(network, split: split), run: run,
                on: task.conditions.machine(task.device),
                tracker: monitor.tracker, isEndRequested: { clock.end != nil },
                report: monitor.training
            ).train()
        } catch {
            // A network that was trained to the end has not failed, whatever its test met.
            guard TrainingRecord(ofModel: "\(run)/\(ModelLocation.modelOfRun)") == nil,
                let failure = BaselineFailure(error, of: network, limit: task.memoryLimit)
            else { throw error }
            try JSONDocument.write(failure, to: file)
        }
    }
}

internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy
internal import SegNASTorch

/// Checks before training whether networks can be built, and whether they may fit into memory.
struct FeasibilityCheck {
    let device: Device
    let memoryLimit: ByteCount

    func verdict(on task: TrainingTask) -> Feasibility {
        do {
            return try examine(task)
        } catch let error as NetworkError {
            return .illegal(reason: error.reason)
        } catch {
            // If it cannot be predicted, it is tried.
            return .train(nil)
        }
    }

    private func examine(_ task: TrainingTask) throws -> Feasibility {
        guard task.options.faults.isEmpty else {
            return .illegal(reason: task.options.faults.joined(separator: "; "))
        }
        let plan = try task.networkPlan()
        try plan.check(size: task.size, batch: task.options.partSize)
        let memory = try MemoryCheck(
            plan: plan, size: task.size, options: task.options, device: device
        ).predicted()
        let cost = TrialCost(parameters: plan.parameters, memory: memory)
        guard let memory, !MemoryCheck.fits(memory, into: memoryLimit) else {
            return .train(cost)
        }
        return .tooLarge(
            MemoryShortage(.predicted, needed: memory, limit: memoryLimit), cost)
    }
}

extension MemoryShortage {
    /// A description for a reader.
    public var words: String {
        let verb = kind == .predicted ? "would need" : "needs"
        return "out of memory: \(verb) about \(ByteCount(needed)) of \(ByteCount(limit))"
    }
}

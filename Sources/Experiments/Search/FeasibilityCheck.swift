internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy
internal import SegNASTorch

/// Checks before training whether networks can be built, are within the limits, and may fit into memory.
struct FeasibilityCheck {
    /// The devices of a training.
    let devices: [Device]
    let memoryLimit: ByteCount
    /// Those of a search; a given network has none.
    var limits = NetworkLimits()

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
        let options = task.options
        let faults = options.faults + [options.fault(devices: devices.count)].compactMap(\.self)
        guard faults.isEmpty else { return .illegal(reason: faults.joined(separator: "; ")) }
        let plan = try task.networkPlan()
        try plan.check(
            size: task.size, batch: options.normalizedImages(devices: devices.count))
        var cost = TrialCost(
            parameters: plan.parameters, operations: plan.multiplyAdds(size: task.size))
        let excess = limits.excess(
            parameters: cost.parameters, operations: cost.operations ?? 0)
        if let excess { return .overLimit(reason: excess, cost) }
        let memory = try MemoryCheck(
            plan: plan, size: task.size, options: options, devices: devices
        ).predicted()
        cost.memory = memory
        guard !MemoryCheck.fits(memory, into: memoryLimit) else {
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

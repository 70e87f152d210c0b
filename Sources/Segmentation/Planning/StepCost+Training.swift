public import SegNASHost
public import SegNASSearch
internal import SegNASTorch

extension StepCost {
    /// The memory of a step of this program's training on the CPU, predicted by the code that trains.
    ///
    /// - Parameters:
    ///   - architecture: The network that is planned for.
    ///   - channels: Of the images.
    ///   - classes: Labels, background included.
    ///   - options: How it is trained; the batch is the plan's.
    ///   - limit: Of the tensors.
    /// - Throws: A ``NetworkError`` for a network that cannot be built.
    public static func training(
        _ architecture: Architecture, channels: Int, classes: Int,
        options: TrainingOptions = TrainingOptions(), limit: ByteCount
    ) throws(NetworkError) -> StepCost {
        let plan = try NetworkPlan(architecture, channels: channels, classes: classes)
        return StepCost(limit: limit) { size, _, batch in
            var options = options.resolved(on: .cpu)
            options.batchSize = batch
            let predicted = try TrainingMemory(
                plan: plan, size: plan.padded(size), options: options, device: .cpu
            ).predicted()
            return predicted.map { Double($0.bytes) } ?? 0
        }
    }
}

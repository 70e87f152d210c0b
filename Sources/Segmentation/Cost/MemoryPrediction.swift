public import Host
public import Torch

/// The bytes of tensors that a network needs on the CPU, known before anything is allocated.
///
/// Not a formula: the very code that trains and predicts runs on the meta device, where tensors have shapes and no
/// elements and the allocator only counts.
public struct MemoryPrediction: Equatable, Sendable {
    /// The peak of a training step: forward, loss, backward, Nadam; parameters, moments and the batch included.
    public var training: ByteCount
    /// The peak of a forward pass without gradients; parameters and one image included.
    public var inference: ByteCount

    /// By how much the process's resident memory may exceed that of its tensors.
    ///
    /// Pages kept for reuse, and what oneDNN takes for itself: at most 29 % over 39 networks of 21 MiB to
    /// 4 GiB, but for one with 43 % (`segnas3d bench memory`).
    private static let processOverheadPercent: UInt64 = 30

    /// The resident memory of a process that trains so, at the most.
    public var trainingProcess: ByteCount {
        ByteCount(training.bytes + training.bytes / 100 * Self.processOverheadPercent)
    }

    /// Predicts for images of a size that ``NetworkPlan/check(size:batch:)`` admits, in a type of activations.
    public init(
        _ plan: NetworkPlan, size: Extent, batch: Int, dtype: DType
    ) throws(TorchError) {
        training = try Self.peak { () throws(TorchError) in
            try TrainingStep(plan, size: size, batch: batch, dtype: dtype, device: .meta).run()
        }
        inference = try Self.peak { () throws(TorchError) in
            try InferenceStep(plan, size: size, dtype: dtype, device: .meta).run()
        }
    }

    private static func peak(
        _ body: () throws(TorchError) -> Void
    ) throws(TorchError) -> ByteCount {
        try TensorMemory.resetPeak(on: .meta)
        let before = try TensorMemory.statistics(on: .meta).current.bytes
        try body()
        return ByteCount(try TensorMemory.statistics(on: .meta).peak.bytes - before)
    }
}

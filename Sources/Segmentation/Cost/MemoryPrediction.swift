public import SegNASHost
public import SegNASSearch
package import SegNASTorch

/// The bytes of tensors that a network needs on the CPU, known before anything is allocated.
///
/// Not a formula: the very code that trains and predicts runs on the meta device, where tensors have shapes and no
/// elements and the allocator only counts.
public struct MemoryPrediction: Equatable, Sendable {
    /// The peak of a step of ``training(of:size:options:)``.
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

    /// Predicts for images of a size that `NetworkPlan.check(size:batch:)` admits, in voxels along x, y and z.
    public init(_ plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions) throws {
        training = try Self.training(of: plan, size: size, options: options)
        inference = try TensorMemory.peak(on: .meta) {
            try SyntheticPrediction(
                plan, size: size, precision: options.precision, device: .meta
            ).run()
        }
    }

    /// The peak of a forward pass without gradients, with activations of a type; parameters and one image included.
    static func inference(
        of plan: NetworkPlan, size: SIMD3<Int>, dtype: DType
    ) throws -> ByteCount {
        try TensorMemory.peak(on: .meta) {
            try SyntheticPrediction(
                plan, size: size, precision: dtype == .bfloat16 ? .bfloat16 : .float32,
                device: .meta
            ).run()
        }
    }

    /// The peak of a training step with these options: forward, loss, backward and optimizer, part after part of the batch;
    /// parameters, the optimizer's state, the average of weights and the batch included.
    public static func training(
        of plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions
    ) throws -> ByteCount {
        try TensorMemory.peak(on: .meta) {
            try SyntheticTraining(plan, size: size, options: options, device: .meta).step()
        }
    }
}

extension TensorMemory {
    /// By how much the memory of tensors grows at the most while a body runs.
    package static func peak(
        on device: Device = .cpu, of body: () throws -> Void
    ) throws -> ByteCount {
        try resetPeak(on: device)
        let before = try statistics(on: device).current.bytes
        try body()
        return ByteCount(try statistics(on: device).peak.bytes - before)
    }
}

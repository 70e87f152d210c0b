public import SegNASHost
internal import SegNASRandomness
public import SegNASSearch
public import SegNASTorch

/// The bytes of tensors that a network needs, predicted before anything is allocated.
///
/// It is not a formula: the code that trains and predicts runs on the meta device, where tensors have shapes but no
/// elements and the allocator only counts.
public struct MemoryPrediction: Equatable, Sendable {
    /// The peak of a step of ``training(of:size:options:parts:on:)``.
    public var training: ByteCount
    /// The peak of a forward pass without gradients; parameters and one image included.
    public var inference: ByteCount

    /// The percentage by which the process's resident memory may exceed that of its tensors.
    ///
    /// It covers pages kept for reuse and oneDNN's own memory: at most 29 % over 39 networks of 21 MiB to 4 GiB, but
    /// for one with 43 % (`segnas3d bench memory`).
    private static let processOverheadPercent: UInt64 = 30

    /// The maximal resident memory of a process that trains so.
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

    /// The peak of a training step with these options: forward, loss, backward and optimizer, part by part of the
    /// batch.
    ///
    /// Parameters, the optimizer's state, the average of weights and the batch are included.
    ///
    /// - Parameters:
    ///   - plan: The network.
    ///   - size: Voxels along x, y and z.
    ///   - options: Those of the training.
    ///   - parts: The number of devices among which a batch is divided, all of which have this memory, as a CPU that is
    ///     named several times; each after the first has a copy of the parameters in addition.
    ///   - device: The one that would compute; the type of activations is not to be left to it.
    /// - Returns: The peak on all these devices together.
    /// - Throws: `TorchError` for a network that cannot be run at this size.
    public static func training(
        of plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions, parts: Int = 1,
        on device: Device = .cpu
    ) throws -> ByteCount {
        try TensorMemory.countingMeta(as: device) {
            try TensorMemory.peak(on: .meta) {
                try SyntheticTraining(
                    plan, size: size, options: options,
                    devices: Array(repeating: .meta, count: parts)
                ).step()
            }
        }
    }
}

extension TensorMemory {
    /// The maximal growth of the memory of tensors while a body runs.
    package static func peak(
        on device: Device = .cpu, of body: () throws -> Void
    ) throws -> ByteCount {
        try resetPeak(on: device)
        let before = try statistics(on: device).current.bytes
        try body()
        return ByteCount(try statistics(on: device).peak.bytes - before)
    }
}

/// A network and a batch whose memory is predicted and measured, to find the error of the prediction.
package struct MemoryBenchmarkCase: Sendable, CustomStringConvertible {
    package var number: Int
    package var network: SegNAS
    package var size: Int
    package var batch: Int
    package var precision: Precision

    package var description: String {
        "\(number): \(network) \(size)³ × \(batch) \(precision.rawValue)"
    }

    /// The number of labels in the paper's brains, background included.
    private static let classes = 20

    /// The first legal draws of seed 1 from SegNAS11, over sizes, batches of 1 to 3 and both types in turn.
    package static func sample(_ count: Int, sizes: [Int]) -> [MemoryBenchmarkCase] {
        var generator = SeededGenerator(seed: 1)
        let space = SearchSpace.segnas11
        var cases: [MemoryBenchmarkCase] = []
        while cases.count < count {
            let point = space.bounds.map { Double.random(in: $0, using: &generator) }
            let network = space.decode(point).network
            guard network.block.isLegal else { continue }
            let index = cases.count
            cases.append(
                MemoryBenchmarkCase(
                    number: index + 1, network: network, size: sizes[index % sizes.count],
                    batch: index % 3 + 1, precision: index % 2 == 0 ? .float32 : .bfloat16))
        }
        return cases
    }

    private var volume: SIMD3<Int> { SIMD3(repeating: size) }

    private var options: TrainingOptions {
        var options = TrainingOptions()
        options.batchSize = batch
        options.precision = precision
        return options
    }

    private func plan() throws -> NetworkPlan {
        try NetworkPlan(.segnas(network), channels: 1, classes: Self.classes)
    }

    package func parameters() throws -> Int {
        try plan().parameters
    }

    /// The predicted memory; nil if the size is too small for the network.
    package func prediction() throws -> MemoryPrediction? {
        let plan = try plan()
        guard (try? plan.check(size: volume, batch: batch)) != nil else { return nil }
        return try MemoryPrediction(plan, size: volume, options: options)
    }

    /// The peak of a real training step, as the CPU allocator counts it.
    package func measuredPeak() throws -> ByteCount {
        try TensorMemory.peak {
            try SyntheticTraining(plan(), size: volume, options: options, devices: [.cpu]).step()
        }
    }
}

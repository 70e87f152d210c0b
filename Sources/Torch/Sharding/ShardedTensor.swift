/// A tensor of a batch in shards along the axis of images, each on a device: data parallelism.
///
/// The images of a batch are divided among devices. Each operation is given to all devices before the next one, by one
/// thread of one process: devices compute at the same time, as calls do not wait for them. There is one set of
/// parameters, on the first device. The others take copies of them where an operation needs them (``Replica``), through
/// which gradients flow back and are added up while the backward pass still runs. So nothing has to be kept equal: the
/// optimizer, averages of weights and checkpoints are those of one device.
///
/// The shards make up one graph, the same as that of the whole batch. What an operation needs of other devices it gets
/// within that graph: sums of the loss, and the statistics of a synchronized batch normalization. One process per
/// device would need an exchange beside the graph in both directions (NCCL on GPUs, Gloo on CPUs), a second data loader
/// or copies of batches, and an answer to every process that ends before the others. Its advantages, several machines
/// and several slices of a GPU of which a process sees one, are none here.
///
/// With one shard, everything is as for its tensor.
public struct ShardedTensor {
    /// At least one, in the order of the images.
    public let shards: [Tensor]

    /// The whole tensor in one shard.
    public init(_ tensor: Tensor) {
        shards = [tensor]
    }

    init(shards: [Tensor]) {
        precondition(!shards.isEmpty, "a tensor without shards has no device")
        self.shards = shards
    }

    /// A tensor `[N, …]` divided among devices, on which its shards are afterwards.
    ///
    /// Shards differ in length by at most one; the first ones are the longer ones.
    ///
    /// - Parameters:
    ///   - tensor: What is divided; a shard for a device where it lies is a part of its memory.
    ///   - devices: At least one and at most N; a device that is named twice gets two shards.
    /// - Throws: ``TorchError/operation(_:)`` if there are more devices than images, or what copying throws.
    public init(_ tensor: Tensor, over devices: [Device]) throws(TorchError) {
        let count = tensor.shape.first ?? 0
        guard !devices.isEmpty, devices.count <= count else {
            throw .operation("shards: \(count) images cannot be divided among \(devices.count)")
        }
        var shards: [Tensor] = []
        var start = 0
        for (device, length) in zip(devices, Self.lengths(of: count, over: devices.count)) {
            let part = try tensor.sliced(start..<start + length, along: 0)
            shards.append(try part.moved(to: device))
            start += length
        }
        self.init(shards: shards)
    }

    /// The lengths of shards, as equal as they can be.
    public static func lengths(of count: Int, over shards: Int) -> [Int] {
        (0..<shards).map { count / shards + ($0 < count % shards ? 1 : 0) }
    }

    /// The first shard, on the device that has the parameters.
    public var first: Tensor { shards[0] }

    /// Images of all shards.
    public var images: Int { shards.reduce(0) { $0 + $1.shape[0] } }
}

/// The place of a shard, to which it takes parameters.
public struct Replica {
    private let index: Int
    /// The device of the shard.
    public let device: Device

    fileprivate init(_ index: Int, _ device: Device) {
        self.index = index
        self.device = device
    }

    /// A parameter for the shard: for the first one the parameter itself, for others a copy on their device.
    ///
    /// Gradients of the copy are added to those of the parameter, also where both are on one device.
    public func callAsFunction(_ parameter: Tensor) throws(TorchError) -> Tensor {
        guard index > 0 else { return parameter }
        return parameter.device == device ? try parameter.copy() : try parameter.moved(to: device)
    }
}

extension ShardedTensor {
    /// The places of the shards.
    var replicas: [Replica] { shards.enumerated().map { Replica($0, $1.device) } }

    /// Computes each shard of another tensor from that of this one.
    public func map(
        _ body: (Tensor, Replica) throws(TorchError) -> Tensor
    ) throws(TorchError) -> ShardedTensor {
        var results: [Tensor] = []
        for (shard, replica) in zip(shards, replicas) { results.append(try body(shard, replica)) }
        return ShardedTensor(shards: results)
    }

    /// Computes each shard of another tensor from those of this one and a second one, which is divided in the same way.
    public func map(
        with other: ShardedTensor, _ body: (Tensor, Tensor, Replica) throws(TorchError) -> Tensor
    ) throws(TorchError) -> ShardedTensor {
        precondition(shards.count == other.shards.count, "tensors are divided differently")
        var results: [Tensor] = []
        for ((a, b), replica) in zip(zip(shards, other.shards), replicas) {
            results.append(try body(a, b, replica))
        }
        return ShardedTensor(shards: results)
    }
}

// MARK: - Operations on each shard

extension ShardedTensor {
    public static func + (
        a: ShardedTensor, b: ShardedTensor
    ) throws(TorchError) -> ShardedTensor {
        try a.map(with: b) { a, b, _ throws(TorchError) in try a + b }
    }

    /// The tensors joined along an axis, which is not that of images.
    public static func concatenated(
        _ tensors: [ShardedTensor], along dimension: Int
    ) throws(TorchError) -> ShardedTensor {
        precondition(dimension > 0 && !tensors.isEmpty, "shards are divided along the first axis")
        return try tensors[0].mapIndices { index throws(TorchError) in
            try .concatenated(tensors.map { $0.shards[index] }, along: dimension)
        }
    }

    /// See ``Tensor/relu()``.
    public func relu() throws(TorchError) -> ShardedTensor {
        try map { x, _ throws(TorchError) in try x.relu() }
    }

    /// See ``Tensor/sliced(_:along:step:)``; not along the axis of images.
    public func sliced(
        _ range: Range<Int>, along dimension: Int, step: Int = 1
    ) throws(TorchError) -> ShardedTensor {
        precondition(dimension > 0, "shards are divided along the first axis")
        return try map { x, _ throws(TorchError) in
            try x.sliced(range, along: dimension, step: step)
        }
    }

    /// See ``Tensor/padded(_:with:)``.
    public func padded(
        _ amounts: [(before: Int, after: Int)], with value: Double = 0
    ) throws(TorchError) -> ShardedTensor {
        try map { x, _ throws(TorchError) in try x.padded(amounts, with: value) }
    }

    /// See ``Tensor/maxPool3D(size:stride:padding:)``.
    public func maxPool3D(size: Extent) throws(TorchError) -> ShardedTensor {
        try map { x, _ throws(TorchError) in try x.maxPool3D(size: size) }
    }

    /// See ``Tensor/averagePool3D(size:)``.
    public func averagePool3D(size: Extent) throws(TorchError) -> ShardedTensor {
        try map { x, _ throws(TorchError) in try x.averagePool3D(size: size) }
    }

    /// Computes shards from their indices.
    func mapIndices(
        _ body: (Int) throws(TorchError) -> Tensor
    ) throws(TorchError) -> ShardedTensor {
        var results: [Tensor] = []
        for index in shards.indices { results.append(try body(index)) }
        return ShardedTensor(shards: results)
    }
}

extension Tensor {
    /// Tensors of all shards joined along the axis of images, on the device of the first; differentiable.
    static func gathered(_ shards: [Tensor]) throws(TorchError) -> Tensor {
        guard shards.count > 1 else { return shards[0] }
        var moved: [Tensor] = []
        for shard in shards { moved.append(try shard.moved(to: shards[0].device)) }
        return try .concatenated(moved, along: 0)
    }

    /// The sum of tensors of all shards, on the device of the first; differentiable.
    static func reduced(_ shards: [Tensor]) throws(TorchError) -> Tensor {
        var sum = shards[0]
        for shard in shards.dropFirst() { sum = try sum + shard.moved(to: sum.device) }
        return sum
    }
}

import Glibc
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASTorch

/// A batch before it becomes tensors.
struct MadeBatch: Sendable {
    var memory: BatchMemory
    var cases: [String]
}

/// Makes any batch of the sequence, on any thread.
struct BatchMaker: Sendable {
    var cases: [PreparedCase]
    var order: EpochOrder
    var options: BatchOptions

    func make(_ index: Int) throws -> MadeBatch {
        let position = order.position(of: index)
        let chosen = order.batch(at: position)
        let size = options.patches?.size ?? cases[0].size
        let extent = Extent(xyz: size)
        let memory = try BatchMemory(
            count: chosen.count, channels: cases[0].inputs, size: extent)
        // Beside a training thread, the kernel keeps to one thread: teams of threads would compete for the cores.
        let maker = SampleMaker(
            channels: memory.channels, size: extent, threads: options.threads > 0 ? 1 : .max)
        for (slot, choice) in chosen.enumerated() {
            let example = cases[choice.number]
            guard let labels = example.labels, let target = memory.target(slot) else { continue }
            let sample = sample(position.epoch, choice.place, size, of: example)
            let origin = origin(position.epoch, choice.place, slot: slot, of: example)
            try maker.make(example, labels, sample.looking(from: origin), into: target)
        }
        return MadeBatch(memory: memory, cases: chosen.map { cases[$0.number].identifier })
    }

    private func sample(
        _ epoch: Int, _ place: Int, _ size: SIMD3<Int>, of example: PreparedCase
    ) -> AugmentationSample {
        guard let augmentation = options.augmentation else { return AugmentationSample() }
        var generator = order.generator(epoch: epoch, place: place)
        var sample = augmentation.draw(
            using: &generator, size: size, channels: example.channels)
        if example.firstStage != nil {
            sample.masks = MaskChanges(seed: generator.next())
        }
        return sample
    }

    /// The first voxel of a patch; nil for a case that is taken whole.
    private func origin(
        _ epoch: Int, _ place: Int, slot: Int, of example: PreparedCase
    ) -> SIMD3<Int>? {
        guard let patches = options.patches else { return nil }
        var generator = order.patchGenerator(epoch: epoch, place: place)
        let foreground = patches.foregroundCount(batchSize: options.batchSize)
        return patches.origin(
            in: example, onForeground: slot >= options.batchSize - foreground,
            placement: options.augmentation?.placement, using: &generator)
    }
}

/// The memory of a batch, filled on any thread, then read through tensors.
///
/// Only one thread at a time has access: the one that made it, then the one that took it from the queue. That is why it
/// may be sent from one to the other.
final class BatchMemory: @unchecked Sendable {
    let count: Int
    let channels: Int
    let size: Extent
    // [N, D, H, W, C]
    private let images: UnsafeMutableBufferPointer<Float>
    // [N, D, H, W]
    private let labels: UnsafeMutableBufferPointer<UInt8>

    init(count: Int, channels: Int, size: Extent) throws(TorchError) {
        self.count = count
        self.channels = channels
        self.size = size
        let voxels = count * size.volume
        images = try Self.allocate(voxels * channels)
        do {
            labels = try Self.allocate(voxels)
        } catch {
            free(images.baseAddress)
            throw error
        }
    }

    deinit {
        free(images.baseAddress)
        free(labels.baseAddress)
    }

    /// The memory of one case.
    func target(_ index: Int) -> WarpTarget? {
        guard let images = images.baseAddress, let labels = labels.baseAddress else { return nil }
        return WarpTarget(
            image: images + index * size.volume * channels, labels: labels + index * size.volume,
            channelsLast: true, size: size)
    }

    /// Tensors over this memory, which keep it alive.
    func tensors() throws(TorchError) -> (images: Tensor, labels: Tensor) {
        let images = try Tensor(
            borrowing: UnsafeMutableRawBufferPointer(images),
            shape: [count] + size.axes + [channels], dtype: .float32, keptBy: self)
        let labels = try Tensor(
            borrowing: UnsafeMutableRawBufferPointer(labels), shape: [count] + size.axes,
            dtype: .uint8, keptBy: self)
        return (try images.permuted([0, 4, 1, 2, 3]), labels)
    }

    /// Allocates memory aligned for vectors, not initialised.
    private static func allocate<Element>(
        _ count: Int
    ) throws(TorchError) -> UnsafeMutableBufferPointer<Element> {
        let bytes = count * MemoryLayout<Element>.stride
        var base: UnsafeMutableRawPointer?
        guard posix_memalign(&base, 64, max(bytes, 1)) == 0, let base else {
            throw .outOfMemory(
                AllocationFailure(requested: ByteCount(UInt64(bytes)), inUse: nil, limit: nil))
        }
        return UnsafeMutableBufferPointer(
            start: base.bindMemory(to: Element.self, capacity: count), count: count)
    }
}

internal import SegNASHost
internal import SegNASTorch

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The memory of a batch, filled on any thread, then read through tensors.
///
/// Only one thread at a time knows of it: whoever made it, then whoever took it from the queue. That is why it may go
/// from one to the other.
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

    /// The place of one case.
    func target(_ index: Int) -> WarpTarget? {
        guard let images = images.baseAddress, let labels = labels.baseAddress else { return nil }
        return WarpTarget(
            image: images + index * size.volume * channels, labels: labels + index * size.volume,
            channelsLast: true)
    }

    /// Tensors over this memory, which they keep.
    func tensors() throws(TorchError) -> (images: Tensor, labels: Tensor) {
        let images = try Tensor(
            borrowing: UnsafeMutableRawBufferPointer(images),
            shape: [count] + size.axes + [channels], dtype: .float32, keptBy: self)
        let labels = try Tensor(
            borrowing: UnsafeMutableRawBufferPointer(labels), shape: [count] + size.axes,
            dtype: .uint8, keptBy: self)
        return (try images.permuted([0, 4, 1, 2, 3]), labels)
    }

    /// Aligned for vectors, not initialised.
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

public import SegNASTorch

/// Some cases as a network trains on them.
public struct Batch {
    /// `[N, C, D, H, W]`, float32, channels last.
    public var images: Tensor
    /// `[N, D, H, W]`, uint8; 255 marks voxels to ignore.
    public var labels: Tensor
    /// Identifiers of the cases, in order.
    public var cases: [String]
    public var position: BatchPosition
}

/// A place in the sequence of batches: what a checkpoint keeps of the data.
public struct BatchPosition: Hashable, Codable, Comparable, Sendable {
    public var epoch: Int
    /// Within the epoch.
    public var batch: Int

    public init(epoch: Int, batch: Int = 0) {
        self.epoch = epoch
        self.batch = batch
    }

    public static func < (a: BatchPosition, b: BatchPosition) -> Bool {
        (a.epoch, a.batch) < (b.epoch, b.batch)
    }
}

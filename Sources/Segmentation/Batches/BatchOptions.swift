internal import SegNASDatasets
internal import SegNASImaging

/// How cases become batches.
public struct BatchOptions: Hashable, Codable, Sendable {
    public var batchSize: Int
    /// Nil leaves the cases as they are.
    public var augmentation: Augmentation?
    /// Each epoch in an order of its own, a last batch that would be smaller filled from the next epoch's; else the
    /// order given, a smaller last batch staying so.
    public var isShuffled: Bool
    /// Of orders and augmentation.
    public var seed: UInt64
    /// Background threads; 0 makes each batch when it is asked for, on the thread that asks.
    ///
    /// Batches are the same.
    public var threads: Int
    /// How many batches there may be ahead of the one in use.
    public var ahead: Int

    /// The paper's training batches.
    public static func training(batchSize: Int, seed: UInt64) -> BatchOptions {
        BatchOptions(
            batchSize: batchSize, augmentation: Augmentation(), isShuffled: true, seed: seed)
    }

    /// Every case once, as it is.
    public static func evaluation(batchSize: Int) -> BatchOptions {
        BatchOptions(batchSize: batchSize)
    }

    public init(
        batchSize: Int, augmentation: Augmentation? = nil, isShuffled: Bool = false,
        seed: UInt64 = 0, threads: Int = 1, ahead: Int = 2
    ) {
        self.batchSize = batchSize
        self.augmentation = augmentation
        self.isShuffled = isShuffled
        self.seed = seed
        self.threads = threads
        self.ahead = ahead
    }

    /// All that is wrong, a sentence each.
    public var faults: [String] {
        var faults = Faults()
        faults.require(batchSize > 0, "batch size \(batchSize) is not positive")
        faults.require(threads >= 0, "\(threads) threads make no batches")
        faults.require(ahead > 0, "at least one batch must be made ahead, not \(ahead)")
        return faults.sentences + (augmentation?.faults.map { "augmentation: \($0)" } ?? [])
    }
}

/// Cases or options from which no batches can be made.
public struct BatchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A sentence each.
    public var faults: [String]

    public var description: String { "no batches: " + faults.joined(separator: "; ") }
}

extension PreparedCase {
    /// Why cases cannot be in one batch.
    static func faults(_ cases: [PreparedCase]) -> [String] {
        guard let first = cases.first else { return ["there are no cases"] }
        return cases.flatMap { $0.faults(beside: first) }
    }

    private func faults(beside first: PreparedCase) -> [String] {
        var faults = Faults()
        let voxels = size.x * size.y * size.z
        faults.require(
            size == first.size && channels == first.channels,
            "case \(identifier) has \(shape), \(first.identifier) \(first.shape): "
                + "prepare all cases with the same options")
        faults.require(
            image.type == .float32 && image.count == channels * voxels,
            "case \(identifier) holds \(image.count) values of type \(image.type)")
        faults.require(labels != nil, "case \(identifier) has no labels")
        if let labels {
            faults.require(
                labels.type == .uint8 && labels.count == voxels,
                "case \(identifier) holds \(labels.count) labels of type \(labels.type)")
        }
        return faults.sentences
    }

    private var shape: String {
        "\(size.x)x\(size.y)x\(size.z) voxels in \(channels) channel(s)"
    }
}

internal import SegNASDatasets
internal import SegNASImaging
public import SegNASTorch

/// A batch of cases as a network trains on them.
public struct Batch {
    /// `[N, C, D, H, W]`, float32, channels last.
    public var images: Tensor
    /// `[N, D, H, W]`, uint8; 255 marks voxels to ignore.
    public var labels: Tensor
    /// Identifiers of the cases, in order.
    public var cases: [String]
    public var position: BatchPosition
}

/// A position in the sequence of batches, as a checkpoint keeps it.
public struct BatchPosition: Hashable, Codable, Comparable, Sendable {
    public var epoch: Int
    /// The batch within the epoch.
    public var batch: Int

    public init(epoch: Int, batch: Int = 0) {
        self.epoch = epoch
        self.batch = batch
    }

    public static func < (a: BatchPosition, b: BatchPosition) -> Bool {
        (a.epoch, a.batch) < (b.epoch, b.batch)
    }
}

/// Options for making batches of cases.
public struct BatchOptions: Hashable, Codable, Sendable {
    public var batchSize: Int
    /// The random augmentation of cases; nil for none.
    public var augmentation: Augmentation?
    /// The patches that are cut from cases; nil takes cases whole.
    public var patches: PatchOptions?
    /// True if each epoch has a new random order; else the order given is kept.
    ///
    /// A shuffled last batch is filled from the next epoch; in the order given it may be smaller.
    public var isShuffled: Bool
    /// The seed of orders and augmentation.
    public var seed: UInt64
    /// The number of background threads; 0 makes each batch on demand, on the thread that asks for it.
    ///
    /// The batches do not depend on it.
    public var threads: Int
    /// The maximal number of batches ahead of the one in use.
    public var ahead: Int

    /// The paper's training batches.
    public static func training(batchSize: Int, seed: UInt64) -> BatchOptions {
        BatchOptions(
            batchSize: batchSize, augmentation: Augmentation(), isShuffled: true, seed: seed)
    }

    /// Batches of every case once, as it is.
    public static func evaluation(batchSize: Int) -> BatchOptions {
        BatchOptions(batchSize: batchSize)
    }

    public init(
        batchSize: Int, augmentation: Augmentation? = nil, patches: PatchOptions? = nil,
        isShuffled: Bool = false, seed: UInt64 = 0, threads: Int = 1, ahead: Int = 2
    ) {
        self.batchSize = batchSize
        self.augmentation = augmentation
        self.patches = patches
        self.isShuffled = isShuffled
        self.seed = seed
        self.threads = threads
        self.ahead = ahead
    }

    /// All faults, a sentence each.
    public var faults: [String] {
        var faults = Faults()
        faults.require(batchSize > 0, "batch size \(batchSize) is not positive")
        faults.require(threads >= 0, "\(threads) threads make no batches")
        faults.require(ahead > 0, "at least one batch must be made ahead, not \(ahead)")
        faults.require(
            patches == nil || isShuffled, "patches are drawn at random, and the order is given")
        return faults.sentences + (augmentation?.faults.map { "augmentation: \($0)" } ?? [])
            + (patches?.faults.map { "patches: \($0)" } ?? [])
    }
}

/// Cases or options from which no batches can be made.
public struct BatchError: Error, Equatable, Sendable, CustomStringConvertible {
    /// All faults, a sentence each.
    public var faults: [String]

    public var description: String { "no batches: " + faults.joined(separator: "; ") }
}

extension PreparedCase {
    /// Reasons why cases cannot be in one batch.
    ///
    /// Cases of which patches are cut may differ in size.
    static func faults(_ cases: [PreparedCase], areCut: Bool) -> [String] {
        guard let first = cases.first else { return ["there are no cases"] }
        return cases.flatMap { $0.faults(beside: first, isCut: areCut) }
    }

    private func faults(beside first: PreparedCase, isCut: Bool) -> [String] {
        var faults = Faults()
        let voxels = size.x * size.y * size.z
        faults.require(
            (isCut || size == first.size) && channels == first.channels && inputs == first.inputs,
            "case \(identifier) has \(shape), \(first.identifier) \(first.shape): "
                + "prepare all cases with the same options")
        faults.require(
            image.type == .float32 && image.count == channels * voxels,
            "case \(identifier) holds \(image.count) values of type \(image.type)")
        faults.require(
            firstStage?.map.count ?? voxels == voxels,
            "case \(identifier) has a first stage of another size")
        faults.require(labels != nil, "case \(identifier) has no labels")
        if let labels {
            faults.require(
                labels.type == .uint8 && labels.count == voxels,
                "case \(identifier) holds \(labels.count) labels of type \(labels.type)")
        }
        return faults.sentences
    }

    private var shape: String {
        "\(size.x)x\(size.y)x\(size.z) voxels in \(inputs) channel(s)"
    }
}

public import SegNASHost

/// What a training step may cost: patch and batch of a plan are as large as it allows.
///
/// Two kinds: ``nnUNet(classes:gigabytes:)``, by which plans equal nnU-Net's, and
/// ``training(_:channels:classes:options:limit:device:)``, which predicts the memory of a step of this program.
public struct StepCost {
    /// Bytes of a step on a batch of so many patches.
    public typealias Bytes = (_ patch: PlannedPatch, _ batch: Int) throws -> Double

    /// The network whose steps cost it.
    public let network: PlannedNetwork
    /// What a step may cost.
    public let limit: ByteCount
    /// How the limit is told: `8 GiB`.
    public let limitText: String
    /// The patch would have as many voxels as a cube of this edge, if memory allowed.
    let edge: Double
    private let bytes: Bytes
    let batchRule: BatchRule

    /// How the batch follows from the cost.
    public enum BatchRule: Sendable {
        /// Cost is proportional to the batch, and the batch that costs nearest to the limit is taken, as nnU-Net does.
        case nearest
        /// The largest batch within the limit, of no more voxels than the smallest batch of the largest patches.
        case largest
        /// The smallest batch, whatever the limit has room for.
        case smallest
    }

    /// nnU-Net's largest patch has as many voxels as a cube of this edge.
    public static let largestEdge = 256.0

    /// Smaller batches are not planned: the patch is reduced instead.
    public static let smallestBatch = 2

    public init(
        of network: PlannedNetwork = .standard, limit: ByteCount, limitText: String? = nil,
        edge: Double = StepCost.largestEdge,
        batchRule: BatchRule = .largest, bytes: @escaping Bytes
    ) {
        self.network = network
        self.limit = limit
        self.limitText = limitText ?? limit.description
        self.edge = edge
        self.batchRule = batchRule
        let known = KnownCosts()
        self.bytes = { patch, batch in
            try known.cost(.init(patch: patch, batch: batch)) { try bytes(patch, batch) }
        }
    }

    /// The cost of a step.
    func of(_ patch: PlannedPatch, batch: Int) throws -> Double {
        try bytes(patch, batch)
    }

    /// Whether a step with a batch is allowed.
    func allows(_ patch: PlannedPatch, batch: Int) throws -> Bool {
        try of(patch, batch: batch) <= Double(limit.bytes)
    }

    /// The batch of an allowed patch: at most `most`, and not less than the smallest.
    func batch(of patch: PlannedPatch, most: Int) throws -> Int {
        let smallest = Self.smallestBatch
        guard most > smallest else { return smallest }
        switch batchRule {
        case .nearest:
            let share = Double(limit.bytes) / (try of(patch, batch: smallest))
            let nearest = (share * Double(smallest)).rounded(.toNearestOrEven)
            return max(smallest, nearest < Double(most) ? Int(nearest) : most)
        case .largest:
            return try largestBatch(of: patch, most: min(most, largestBatchByVoxels(of: patch)))
        case .smallest:
            return smallest
        }
    }

    /// As many patches as have the voxels of the smallest batch of the largest ones.
    func largestBatchByVoxels(of patch: PlannedPatch) -> Int {
        let most = Double(Self.smallestBatch) * edge * edge * edge / patch.voxels
        return max(Self.smallestBatch, Int(min(most, 4096)))
    }

    /// By halving the range in which it lies: cost rises with the batch.
    private func largestBatch(of patch: PlannedPatch, most: Int) throws -> Int {
        var (fitting, tooLarge) = (Self.smallestBatch, most + 1)
        while tooLarge - fitting > 1 {
            let middle = (fitting + tooLarge) / 2
            if try of(patch, batch: middle) <= Double(limit.bytes) {
                fitting = middle
            } else {
                tooLarge = middle
            }
        }
        return fitting
    }
}

/// Costs that have been asked for: a search for a coarser spacing comes by the same patches again.
private final class KnownCosts {
    struct Step: Hashable {
        var patch: PlannedPatch
        var batch: Int
    }

    private var known: [Step: Double] = [:]

    func cost(_ step: Step, of find: () throws -> Double) rethrows -> Double {
        if let cost = known[step] { return cost }
        let cost = try find()
        known[step] = cost
        return cost
    }
}

extension ByteCount {
    /// An estimated amount.
    init(rounding bytes: Double) {
        self.init(UInt64(max(0, min(bytes, 0x1p63)).rounded()))
    }
}

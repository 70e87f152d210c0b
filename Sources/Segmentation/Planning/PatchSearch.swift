internal import Glibc
internal import SegNASHost

/// A patch and how a network halves it.
struct PlannedPatch: Hashable, Sendable {
    /// Voxels along x, y and z.
    var size: SIMD3<Int>
    var topology: PoolingTopology

    init(_ size: SIMD3<Double>, spacing: SIMD3<Double>) {
        topology = PoolingTopology(spacing: spacing, size: size)
        self.size = topology.padded(size)
    }

    var voxels: Double { SIMD3<Double>(size).volume }
}

/// Finds the largest patch that a step is allowed for: nnU-Net's way.
///
/// It begins with as much tissue along each axis, or the median image where that is smaller, and takes from the axis
/// of which the patch covers most. The axes are gone through as nnU-Net has them, for that decides between equals: z,
/// y, x, but the one with the longest voxels first.
struct PatchSearch {
    let spacing: SIMD3<Double>
    /// Of the median image at that spacing, along x, y and z.
    let medianSize: SIMD3<Double>
    let cost: StepCost
    private let axes: [Int]

    /// The patch would have as many voxels as a cube of this edge, if memory allowed.
    private static let edge = 256.0

    init(
        spacing: SIMD3<Double>, medianSize: SIMD3<Double>, axes: [Int], cost: StepCost
    ) {
        self.spacing = spacing
        self.medianSize = medianSize
        self.axes = axes
        self.cost = cost
    }

    /// The order of axes at a spacing.
    static func axes(at spacing: SIMD3<Double>) -> [Int] {
        let order = [2, 1, 0]
        let longest = order.first { spacing[$0] == spacing.max() } ?? 2
        return [longest] + order.filter { $0 != longest }
    }

    /// A patch and how it came about.
    struct Result {
        var patch: PlannedPatch
        /// Whether the first one was too large.
        var isReduced: Bool
        /// Whether the first one was the median image.
        var isOfMedianSize: Bool
    }

    /// - Throws: ``PlanError/tooLittleMemory(needed:limit:)``, and what the cost throws.
    func largestPatch() throws -> Result {
        let first = PlannedPatch(initialSize, spacing: spacing)
        var patch = first
        while try !cost.allows(patch) {
            guard let next = reduced(patch) else {
                throw PlanError.tooLittleMemory(
                    needed: ByteCount(rounding: try cost.of(patch, batch: StepCost.smallestBatch)),
                    limit: cost.limit)
            }
            patch = next
        }
        return Result(
            patch: patch, isReduced: patch != first, isOfMedianSize: initialSize == medianSize)
    }

    /// As long in mm along each axis, at most the median image.
    private var initialSize: SIMD3<Double> {
        let inverse = SIMD3(repeating: 1) / spacing
        let product = axes.reduce(1.0) { $0 * inverse[$1] }
        let scale = pow(Self.edge * Self.edge * Self.edge / product, 1.0 / 3)
        return pointwiseMin((inverse * scale).rounded(.toNearestOrEven), medianSize)
    }

    /// The patch shortened along one axis, by what its halvings there allow; nil where nothing is left of it.
    private func reduced(_ patch: PlannedPatch) -> PlannedPatch? {
        let covered = SIMD3<Double>(patch.size) / medianSize
        // The last among equals.
        guard let axis = axes.last(where: { covered[$0] == covered.max() }) else { return nil }
        var shorter = SIMD3<Double>(patch.size)
        shorter[axis] -= Double(patch.topology.unit[axis])
        guard shorter[axis] >= 1 else { return nil }
        // A shorter axis may be halved less often, and then less is taken from it.
        let unit = PoolingTopology(spacing: spacing, size: shorter).unit[axis]
        shorter[axis] = Double(patch.size[axis] - unit)
        let next = PlannedPatch(shorter, spacing: spacing)
        return next.voxels < patch.voxels ? next : nil
    }
}

extension SIMD3<Double> {
    /// The product of its lengths.
    var volume: Double { x * y * z }
}

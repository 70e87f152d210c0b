internal import Glibc
internal import SegNASHost
internal import SegNASSearch

/// Finds the largest patch that a step is allowed for: nnU-Net's way.
///
/// It begins with as much tissue along each axis, or the median image where that is smaller, and takes from the axis
/// of which the patch covers most. The axes are gone through as nnU-Net has them, for that decides between equals: z,
/// y, x, but the one with the longest voxels first.
struct PatchSearch {
    let spacing: SIMD3<Double>
    /// Of the median image at that spacing, along x, y and z.
    let medianSize: SIMD3<Double>
    /// The batch that a step on the patch must have room for.
    let batch: Int
    let cost: StepCost
    private let axes: [Int]

    init(
        spacing: SIMD3<Double>, medianSize: SIMD3<Double>, axes: [Int], batch: Int,
        cost: StepCost
    ) {
        self.spacing = spacing
        self.medianSize = medianSize
        self.axes = axes
        self.batch = batch
        self.cost = cost
    }

    /// The order of axes at a spacing.
    static func axes(at spacing: SIMD3<Double>) -> [Int] {
        let order = [2, 1, 0]
        let longest = order.first { spacing[$0] == spacing.max() } ?? 2
        return [longest] + order.filter { $0 != longest }
    }

    /// How a patch came about.
    enum Origin {
        /// Somebody has chosen it.
        case given
        /// As large as the median image.
        case median
        /// With as many voxels as the cost has at most, or fewer where the median image is shorter.
        case largest
        /// As large as the cost allows.
        case reduced
    }

    /// - Throws: ``PlanError/tooLittleMemory(needed:limit:)``, and what the cost throws.
    func largestPatch() throws -> (PlannedPatch, Origin) {
        let first = PlannedPatch(initialSize, spacing: spacing)
        var patch = first
        while try !cost.allows(patch, batch: batch) {
            guard let next = reduced(patch) else {
                throw PlanError.tooLittleMemory(
                    needed: ByteCount(rounding: try cost.of(patch, batch: batch)),
                    limit: cost.limit)
            }
            patch = next
        }
        guard patch == first else { return (patch, .reduced) }
        return (patch, initialSize == medianSize ? .median : .largest)
    }

    /// As long in mm along each axis, at most the median image.
    private var initialSize: SIMD3<Double> {
        let inverse = SIMD3(repeating: 1) / spacing
        let product = axes.reduce(1.0) { $0 * inverse[$1] }
        let scale = pow(cost.edge * cost.edge * cost.edge / product, 1.0 / 3)
        return pointwiseMin((inverse * scale).rounded(.toNearestOrEven), medianSize)
    }

    /// The patch shortened along one axis, by what its halvings there allow; nil where nothing is left of it.
    private func reduced(_ patch: PlannedPatch) -> PlannedPatch? {
        let covered = SIMD3<Double>(patch.size) / medianSize
        // The last among equals.
        guard let axis = axes.last(where: { covered[$0] == covered.max() }) else { return nil }
        var shorter = SIMD3<Double>(patch.size)
        shorter[axis] -= Double(patch.levels.unit[axis])
        guard shorter[axis] >= 1 else { return nil }
        // A shorter axis may be halved less often, and then less is taken from it.
        let unit = Pyramid(spacing: spacing, size: shorter).unit[axis]
        shorter[axis] = Double(patch.size[axis] - unit)
        let next = PlannedPatch(shorter, spacing: spacing)
        return next.voxels < patch.voxels ? next : nil
    }
}

/// A box of voxels; empty at first.
struct VoxelBox: Equatable, Sendable {
    /// The first voxel along each axis.
    private(set) var lower = SIMD3(repeating: Int.max)
    /// The voxel behind the last along each axis.
    private(set) var upper = SIMD3(repeating: Int.min)

    var isEmpty: Bool { upper.x == .min }

    var size: SIMD3<Int> { isEmpty ? .zero : upper &- lower }

    var voxelCount: Int { size.x * size.y * size.z }

    /// Grows to hold a run of a volume with rows of `height` in a slice.
    mutating func add(_ run: VoxelRun, height: Int) {
        let (z, y) = Int(run.row).quotientAndRemainder(dividingBy: height)
        lower = pointwiseMin(lower, SIMD3(Int(run.start), y, z))
        upper = pointwiseMax(upper, SIMD3(Int(run.end), y + 1, z + 1))
    }

    mutating func formUnion(_ other: VoxelBox) {
        lower = pointwiseMin(lower, other.lower)
        upper = pointwiseMax(upper, other.upper)
    }
}

/// Where the voxels of an image lie in space.
public struct Geometry: Hashable, Codable, Sendable {
    /// Voxels along x, y and z of the stored array, the first fastest in memory.
    public var size: SIMD3<Int>
    /// From voxel indices to mm.
    public var affine: Affine

    public init(size: SIMD3<Int>, affine: Affine) {
        self.size = size
        self.affine = affine
    }

    public var voxelCount: Int { size.x * size.y * size.z }

    /// Length of a voxel along each of its axes, in mm.
    public var spacing: SIMD3<Double> { affine.spacing }
}

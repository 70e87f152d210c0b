/// Which axes each pooling of a network halves, and along which its convolutions see neighbouring voxels.
///
/// The rule of nnU-Net, Isensee et al. 2021, doi:10.1038/s41592-020-01008-z: where voxels are longer along an axis,
/// it is left alone until the others have caught up. All vectors are along x, y and z.
public struct PoolingTopology: Hashable, Codable, Sendable {
    /// For each pooling from the top down, 2 along the axes that it halves and 1 along the others.
    public private(set) var strides: [SIMD3<Int>] = []
    /// For each level from the top down, one more than there are poolings: 3 or 1 voxels along each axis.
    public private(set) var kernels: [SIMD3<Int>] = []

    /// An axis is not halved to fewer voxels.
    public static let fewestVoxels = 4

    /// The topology for patches of a size, which is rounded up to whole voxels where an axis is halved.
    ///
    /// - Parameters:
    ///   - spacing: Length of a voxel along each axis, in mm.
    ///   - size: Voxels of the patch along each axis; a median of sizes may be half a voxel.
    public init(spacing: SIMD3<Double>, size: SIMD3<Double>) {
        precondition(spacing.min() > 0, "voxels without a length")
        var (spacing, size) = (spacing, size)
        var kernel = SIMD3(repeating: 1)
        while true {
            let axes = Self.halvedAxes(spacing: spacing, size: size)
            // Once an axis is not coarser than twice the finest, it stays among those that convolutions see.
            for axis in 0..<3 where spacing[axis] / spacing.min() < 2 { kernel[axis] = 3 }
            guard !axes.isEmpty else { break }
            kernels.append(kernel)
            var stride = SIMD3(repeating: 1)
            for axis in axes {
                stride[axis] = 2
                spacing[axis] *= 2
                size[axis] = (size[axis] / 2).rounded(.up)
            }
            strides.append(stride)
        }
        // The lowest level sees neighbours along all axes, however long its voxels are.
        kernels.append(SIMD3(repeating: 3))
    }

    /// The axes that the next pooling halves; none where the lowest level is reached.
    private static func halvedAxes(spacing: SIMD3<Double>, size: SIMD3<Double>) -> [Int] {
        let fewest = Double(fewestVoxels)
        let long = (0..<3).filter { size[$0] >= 2 * fewest }
        let finest = long.map { spacing[$0] }.min() ?? 0
        let axes = long.filter { spacing[$0] / finest < 2 }
        // One axis alone has to be longer: a level is not worth much to a single axis.
        if axes.count == 1, size[axes[0]] < 3 * fewest { return [] }
        return axes
    }

    /// Times that the volume shrinks from the top to the bottom.
    public var poolings: Int { strides.count }

    /// How often each axis is halved.
    public var halvings: SIMD3<Int> {
        strides.reduce(.zero) { $0 &+ ($1 &- 1) }
    }

    /// Voxels along each axis of a patch are a multiple of this: 2 to the power of its halvings.
    public var unit: SIMD3<Int> {
        strides.reduce(.one) { $0 &* $1 }
    }

    /// The least size that holds another and can be halved throughout.
    public func padded(_ size: SIMD3<Double>) -> SIMD3<Int> {
        var padded = unit
        for axis in 0..<3 {
            padded[axis] *= max(1, Int((size[axis] / Double(unit[axis])).rounded(.up)))
        }
        return padded
    }

    /// Voxels at a level of a patch that can be halved throughout; level 0 is the patch.
    public func size(atLevel level: Int, of patch: SIMD3<Int>) -> SIMD3<Int> {
        strides.prefix(level).reduce(patch) { $0 / $1 }
    }
}

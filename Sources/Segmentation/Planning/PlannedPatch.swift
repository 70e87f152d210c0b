public import SegNASSearch

/// A patch that networks are trained on, and how it is halved.
public struct PlannedPatch: Hashable, Sendable {
    /// Voxels along x, y and z.
    public let size: SIMD3<Int>
    /// Mm of a voxel along each axis.
    public let spacing: SIMD3<Double>
    /// As many levels as nnU-Net's rules find for the size.
    public let levels: Pyramid

    /// The least patch that holds a size and can be halved throughout; a median of sizes may be half a voxel.
    public init(_ size: SIMD3<Double>, spacing: SIMD3<Double>) {
        self.spacing = spacing
        levels = Pyramid(spacing: spacing, size: size)
        self.size = levels.padded(size)
    }

    /// A patch of a given size, which networks pad to what they can halve.
    public init(given size: SIMD3<Int>, spacing: SIMD3<Double>) {
        self.spacing = spacing
        levels = Pyramid(spacing: spacing, size: SIMD3<Double>(size))
        self.size = size
    }

    /// The levels of a network with a number of poolings of its own.
    public func levels(poolings: Int) -> Pyramid {
        Pyramid(spacing: spacing, size: SIMD3<Double>(size), poolings: poolings)
    }

    var voxels: Double { SIMD3<Double>(size).volume }
}

extension SIMD3<Double> {
    /// The product of its lengths.
    var volume: Double { x * y * z }
}

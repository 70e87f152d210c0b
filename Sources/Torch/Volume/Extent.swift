internal import CTorch

/// A number of voxels for each axis of a volume: a size, a stride, a padding.
///
/// An integer literal stands for the same number on every axis.
public struct Extent: Hashable, Sendable {
    public var depth: Int
    public var height: Int
    public var width: Int

    public init(_ depth: Int, _ height: Int, _ width: Int) {
        self.depth = depth
        self.height = height
        self.width = width
    }

    /// The same number on every axis.
    public init(cube side: Int) {
        self.init(side, side, side)
    }

    /// Converts a size along x, y and z.
    public init(xyz size: SIMD3<Int>) {
        self.init(size.z, size.y, size.x)
    }

    /// The numbers in the order of a tensor's axes.
    public var axes: [Int] { [depth, height, width] }

    /// The numbers along x, y and z, the order of users and of all code without tensors.
    ///
    /// x is the width, the last axis of a tensor.
    public var xyz: SIMD3<Int> { SIMD3(width, height, depth) }

    /// The number of voxels of a volume of this size.
    public var volume: Int { depth * height * width }

    var code: ct_extent {
        ct_extent(depth: Int64(depth), height: Int64(height), width: Int64(width))
    }
}

extension Extent: ExpressibleByIntegerLiteral {
    public init(integerLiteral side: Int) {
        self.init(cube: side)
    }
}

extension Extent: CustomStringConvertible {
    /// `48x64x32`, as the command line writes sizes: x, y, z.
    public var description: String { "\(width)x\(height)x\(depth)" }
}

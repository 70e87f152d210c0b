/// The map from the voxels of one grid to another whose axes run the same way.
public struct GridMap: Hashable, Codable, Sendable {
    public var x: AxisMap
    public var y: AxisMap
    public var z: AxisMap

    public init(x: AxisMap, y: AxisMap, z: AxisMap) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// A grid of another size over the same part of space: borders lie on borders, not centres on centres.
    public init(from source: SIMD3<Int>, to size: SIMD3<Int>) {
        self.init { AxisMap(from: source[$0], to: size[$0]) }
    }

    /// A grid of another spacing with the same centre and, up to half a voxel, the same borders.
    public init(from source: Geometry, spacing: SIMD3<Double>) {
        self.init { axis in
            let scale = spacing[axis] / source.spacing[axis]
            let size = source.size[axis]
            let count = max(1, Int((Double(size) / scale).rounded()))
            return AxisMap(from: size, to: count, scale: scale)
        }
    }

    /// One map for each axis: 0, 1, 2.
    public init(_ axis: (Int) -> AxisMap) {
        self.init(x: axis(0), y: axis(1), z: axis(2))
    }

    public var axes: [AxisMap] { [x, y, z] }

    /// Voxels of the target grid.
    public var size: SIMD3<Int> { [x.count, y.count, z.count] }

    /// Voxels of the source grid.
    public var sourceSize: SIMD3<Int> { [x.sourceCount, y.sourceCount, z.sourceCount] }

    public var inverse: GridMap {
        GridMap(x: x.inverse, y: y.inverse, z: z.inverse)
    }

    /// The same map between arrays whose axes are permuted and reversed, both in the same way.
    package func reoriented(by reorientation: Reorientation) -> GridMap {
        GridMap { axis in
            let map = axes[reorientation.sources[axis]]
            return reorientation.reversals[axis] ? map.reversed : map
        }
    }

    /// The geometry of the target grid, from that of the source.
    public func callAsFunction(_ source: Geometry) -> Geometry {
        precondition(source.size == sourceSize, "a map for another grid")
        let affine = source.affine
        return Geometry(
            size: size,
            affine: Affine(
                x: affine.x * x.scale, y: affine.y * y.scale, z: affine.z * z.scale,
                origin: affine([x.shift, y.shift, z.shift])))
    }
}

/// The map from the voxels along one axis of a grid to another grid.
public struct AxisMap: Hashable, Codable, Sendable {
    /// Voxels of the source.
    public var sourceCount: Int
    /// Voxels of the target.
    public var count: Int
    /// Length of a target voxel in source voxels.
    public var scale: Double
    /// Centre of the first target voxel, in source voxels: 0 is the centre of the first of them.
    public var shift: Double

    public init(sourceCount: Int, count: Int, scale: Double, shift: Double) {
        self.sourceCount = sourceCount
        self.count = count
        self.scale = scale
        self.shift = shift
    }

    /// The same extent in another number of voxels.
    public init(from sourceCount: Int, to count: Int) {
        self.init(from: sourceCount, to: count, scale: Double(sourceCount) / Double(count))
    }

    /// A number of voxels of one length, about the centre of the source.
    public init(from sourceCount: Int, to count: Int, scale: Double) {
        let margin = (Double(sourceCount) - Double(count) * scale) / 2
        self.init(
            sourceCount: sourceCount, count: count, scale: scale,
            shift: margin + (scale - 1) / 2)
    }

    /// The centre of a target voxel, in source voxels.
    public func callAsFunction(_ index: Int) -> Double {
        scale * Double(index) + shift
    }

    public var inverse: AxisMap {
        AxisMap(sourceCount: count, count: sourceCount, scale: 1 / scale, shift: -shift / scale)
    }

    /// The same map with the voxels of both grids counted from the other end.
    var reversed: AxisMap {
        var map = self
        map.shift = Double(sourceCount - 1) - (Double(count - 1) * scale + shift)
        return map
    }

    /// Target voxels that get a value of the source: with a border of zeros those whose centres lie in it, borders
    /// included.
    func covered(_ border: ImageBorder) -> Range<Int> {
        guard border == .zero else { return 0..<count }
        // Rounding must not lose a voxel whose centre lies on the border.
        let tolerance = 1e-9 * Double(max(count, sourceCount))
        let first = ((-0.5 - tolerance - shift) / scale).rounded(.up)
        let last = ((Double(sourceCount) - 0.5 + tolerance - shift) / scale).rounded(.down)
        let start = min(max(0, Int(first)), count)
        return start..<max(start, min(count, Int(last) + 1))
    }
}

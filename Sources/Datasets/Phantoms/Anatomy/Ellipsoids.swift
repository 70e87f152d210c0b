internal import SegNASRandomness

/// An ellipsoid along the axes of the head.
struct Ellipsoid {
    let centre: SIMD3<Float>
    let inverse: SIMD3<Float>

    init(_ centre: SIMD3<Float>, _ semiaxes: SIMD3<Float>) {
        self.centre = centre
        inverse = 1 / semiaxes
    }

    /// The ellipsoid of one person: semi-axes vary by a few percent.
    func varied(using generator: inout SeededGenerator) -> Ellipsoid {
        let scale = (0..<3).map { _ in Float(1 + 0.025 * generator.normal()) }
        return Ellipsoid(centre, SIMD3(scale) / inverse)
    }

    /// About how deep a point lies inside, in mm; negative outside.
    ///
    /// Exact to first order at the surface: k(1 - k) / |∇k²/2|, where k is 1 on the surface.
    @inline(__always)
    func depth(_ x: Float, _ y: Float, _ z: Float) -> Float {
        let (u, v, w) = (
            (x - centre.x) * inverse.x, (y - centre.y) * inverse.y, (z - centre.z) * inverse.z
        )
        let (a, b, c) = (u * inverse.x, v * inverse.y, w * inverse.z)
        let k = (u * u + v * v + w * w).squareRoot()
        return k * (1 - k) / ((a * a + b * b + c * c).squareRoot() + 1e-9)
    }
}

/// An ellipsoid whose long axis is bent to a parabola, as the caudate and the hippocampus are.
struct BentEllipsoid {
    private let centre: SIMD3<Float>
    /// Directions of the axes, each divided by its semi-axis.
    private let axes: (u: SIMD3<Float>, v: SIMD3<Float>, w: SIMD3<Float>)
    /// The distance of the ends from the tangent, in semi-axes of v and w.
    private let bend: SIMD2<Float>
    /// The largest distance of a point from the centre.
    private let reach: Float

    init(_ shape: Shape) {
        centre = shape.centre
        let u = shape.long.normalized
        let v = (shape.across - (shape.across * u).sum() * u).normalized
        axes = (
            u / shape.semiaxes.x, v / shape.semiaxes.y,
            SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
                / shape.semiaxes.z
        )
        let square = shape.semiaxes.x * shape.semiaxes.x
        bend = shape.bend * square / SIMD2(shape.semiaxes.y, shape.semiaxes.z)
        reach = shape.semiaxes.sum() + square * (abs(shape.bend.x) + abs(shape.bend.y))
    }

    /// Sets the tissue of the row's voxels that lie inside.
    func paint(_ tissue: Tissue, on row: VoxelRow) {
        guard row.yRange.overlaps(centre.y - reach...centre.y + reach),
            row.zRange.overlaps(centre.z - reach...centre.z + reach)
        else { return }
        let (u, v, w) = axes
        for voxel in 0..<row.count {
            let (x, y, z) = (
                row.x[voxel] - centre.x, row.y[voxel] - centre.y, row.z[voxel] - centre.z
            )
            let along = x * u.x + y * u.y + z * u.z
            // The mean of the squared first coordinate in a ball of radius 1 is 1/5: the centroid stays.
            let arch = along * along - 0.2
            let across = x * v.x + y * v.y + z * v.z - bend.x * arch
            let third = x * w.x + y * w.y + z * w.z - bend.y * arch
            if along * along + across * across + third * third < 1 {
                row.tissue[voxel] = tissue.rawValue
            }
        }
    }
}

extension BentEllipsoid {
    /// Position in mm, directions, lengths and bend.
    struct Shape {
        var centre: SIMD3<Float>
        /// Direction of the long axis.
        var long: SIMD3<Float>
        /// Direction of the second axis; the third is perpendicular to both.
        var across: SIMD3<Float>
        var semiaxes: SIMD3<Float>
        /// Curvatures of the long axis towards the second and third, in 1/mm: ends lie `bend · u²` off.
        var bend: SIMD2<Float> = .zero

        /// The same shape on the other side of the plane between left and right.
        var mirrored: Shape {
            var shape = self
            shape.centre.x.negate()
            shape.long.x.negate()
            shape.across.x.negate()
            // A mirrored frame is left-handed; the third axis, a cross product, points the other way.
            shape.bend.y.negate()
            return shape
        }
    }
}

extension SIMD3<Float> {
    fileprivate var normalized: SIMD3<Float> { self / (self * self).sum().squareRoot() }
}

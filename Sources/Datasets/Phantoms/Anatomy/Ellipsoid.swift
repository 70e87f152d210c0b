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

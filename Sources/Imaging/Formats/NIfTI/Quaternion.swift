/// The rotation of an affine as NIfTI's qform stores it: a unit quaternion a + bi + cj + dk with a ≥ 0.
struct Quaternion {
    var b: Double
    var c: Double
    var d: Double
    /// −1 where the third axis must be mirrored to make the rotation a proper one.
    var thirdAxisSign: Double
    private let origin: SIMD3<Double>

    /// Nil for an affine with shear, which is no rotation of a spacing.
    init?(_ affine: Affine) {
        let spacing = affine.spacing
        let (x, y) = (affine.x / spacing.x, affine.y / spacing.y)
        thirdAxisSign = affine.determinant < 0 ? -1 : 1
        let z = affine.z / spacing.z * thirdAxisSign
        let cosines = [(x * y).sum(), (x * z).sum(), (y * z).sum()]
        guard cosines.allSatisfy({ abs($0) < 1e-5 }) else { return nil }
        origin = affine.origin
        (b, c, d) = Self.imaginary(x, y, z)
    }

    /// The largest of the four components is found first, of a sum without cancellation.
    ///
    /// Shepperd 1978, "Quaternion from rotation matrix", doi:10.2514/3.55767b.
    private static func imaginary(
        _ x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>
    ) -> (Double, Double, Double) {
        let squares = [
            1 + x.x + y.y + z.z, 1 + x.x - y.y - z.z, 1 - x.x + y.y - z.z, 1 - x.x - y.y + z.z,
        ]
        let largest = squares.indices.max { squares[$0] < squares[$1] } ?? 0
        let root = squares[largest].squareRoot() * 2
        let parts: [Double] =
            switch largest {
            case 0: [root / 4, (y.z - z.y) / root, (z.x - x.z) / root, (x.y - y.x) / root]
            case 1: [(y.z - z.y) / root, root / 4, (y.x + x.y) / root, (z.x + x.z) / root]
            case 2: [(z.x - x.z) / root, (y.x + x.y) / root, root / 4, (z.y + y.z) / root]
            default: [(x.y - y.x) / root, (z.x + x.z) / root, (z.y + y.z) / root, root / 4]
            }
        let sign: Double = parts[0] < 0 ? -1 : 1
        return (parts[1] * sign, parts[2] * sign, parts[3] * sign)
    }

    /// As the header holds them.
    var numbers: [Double] { [b, c, d, origin.x, origin.y, origin.z] }
}

/// The place of the voxels as a NIfTI header stores it: both forms, whichever of them counts.
///
/// Programs differ in the form that they follow, so a label map lies on its image in all of them only with the
/// same two.
public struct NIfTIForms: Sendable {
    var qformCode: Int
    var sformCode: Int
    /// The qform: b, c and d of the quaternion, then the three offsets.
    var qform: [Double]
    /// The sform: three rows of four numbers.
    var sform: [Double]
    /// The qform's sign, and the spacing of three axes.
    var spacing: [Double]
    /// The code of the unit that all lengths have.
    var units: Int

    /// All that a header has of lengths and directions.
    var numbers: [Double] { qform + sform + spacing }
}

extension NIfTIForms {
    /// The forms of an affine in mm: both with the code 1, and no qform where the affine has shear.
    init(_ affine: Affine) {
        let rotation = Quaternion(affine)
        qformCode = rotation == nil ? 0 : 1
        sformCode = 1
        qform = rotation?.numbers ?? Array(repeating: 0, count: 6)
        sform = Array(affine.rows[0..<3].joined())
        spacing = [rotation?.thirdAxisSign ?? 1] + (0..<3).map { affine.spacing[$0] }
        units = 2
    }

    /// The forms of a file; nil for Analyze, which has none.
    init?(_ header: NIfTIHeader) {
        guard header.version != .analyze else { return nil }
        qformCode = header.qformCode
        sformCode = header.sformCode
        qform = header.quaternion + header.quaternionOffset
        sform = Array(header.sform.joined())
        // Label maps have three axes, also where the image has two and nothing valid for the third.
        spacing = [header.spacing[0]] + (0..<3).map { header.storedSpacing(of: $0) }
        units = header.units & NIfTIHeader.lengthUnits
    }
}

/// The rotation of an affine as NIfTI's qform stores it: a unit quaternion a + bi + cj + dk with a ≥ 0.
struct Quaternion {
    var b: Double
    var c: Double
    var d: Double
    /// −1 if the third axis must be mirrored to make the rotation a proper one.
    var thirdAxisSign: Double
    private let origin: SIMD3<Double>

    /// Nil for an affine with shear, which is not a rotation of a spacing.
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

    /// The numbers that the header holds.
    var numbers: [Double] { [b, c, d, origin.x, origin.y, origin.z] }
}

internal import Glibc

/// The grid of an image in space.
///
/// Two are equal where voxels lie alike, whatever the headers say them with; records keep the place only.
public struct Geometry: Sendable {
    /// Voxels along x, y and z of the stored array, the first fastest in memory.
    public var size: SIMD3<Int>
    /// The map from voxel indices to mm.
    public var affine: Affine {
        didSet { if affine != oldValue { forms = nil } }
    }
    /// The forms of the NIfTI header that this was read from; nil for others, and after the affine has changed.
    public private(set) var forms: NIfTIForms?

    public init(size: SIMD3<Int>, affine: Affine) {
        self.init(size: size, affine: affine, forms: nil)
    }

    init(size: SIMD3<Int>, affine: Affine, forms: NIfTIForms?) {
        self.size = size
        self.affine = affine
        self.forms = forms
    }

    public var voxelCount: Int { size.x * size.y * size.z }

    /// Length of a voxel along each of its axes, in mm.
    public var spacing: SIMD3<Double> { affine.spacing }
}

extension Geometry: Hashable {
    public static func == (a: Geometry, b: Geometry) -> Bool {
        a.size == b.size && a.affine == b.affine
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(affine)
    }
}

extension Geometry: Codable {
    private enum CodingKeys: String, CodingKey {
        case size, affine
    }
}

/// A map from voxel indices to positions in mm, as in NIfTI: x to the right, y to the front, z up (RAS).
public struct Affine: Hashable, Codable, Sendable {
    /// The step along each voxel axis, in mm.
    public var x: SIMD3<Double>
    public var y: SIMD3<Double>
    public var z: SIMD3<Double>
    /// The position of the centre of voxel (0, 0, 0), in mm.
    public var origin: SIMD3<Double>

    public init(
        x: SIMD3<Double>, y: SIMD3<Double>, z: SIMD3<Double>, origin: SIMD3<Double> = .zero
    ) {
        self.x = x
        self.y = y
        self.z = z
        self.origin = origin
    }

    /// Voxel axes along the axes of space.
    public init(spacing: SIMD3<Double>, origin: SIMD3<Double> = .zero) {
        self.init(
            x: [spacing.x, 0, 0], y: [0, spacing.y, 0], z: [0, 0, spacing.z], origin: origin)
    }

    public static let identity = Affine(spacing: .one)

    /// The position of a point given in voxels.
    public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
        origin + linear(point)
    }

    /// A displacement in mm, from one in voxels.
    public func linear(_ step: SIMD3<Double>) -> SIMD3<Double> {
        x * step.x + y * step.y + z * step.z
    }

    /// The map that applies `inner` first.
    public func composed(with inner: Affine) -> Affine {
        Affine(
            x: linear(inner.x), y: linear(inner.y), z: linear(inner.z), origin: self(inner.origin))
    }

    /// Mm³ of a voxel, negative where the voxel axes are left-handed.
    public var determinant: Double {
        (x * cross(y, z)).sum()
    }

    /// The map back, from mm to voxels; the affine must not be singular.
    public var inverse: Affine {
        let scale = 1 / determinant
        let rows = [cross(y, z) * scale, cross(z, x) * scale, cross(x, y) * scale]
        let inverse = Affine(
            x: [rows[0].x, rows[1].x, rows[2].x], y: [rows[0].y, rows[1].y, rows[2].y],
            z: [rows[0].z, rows[1].z, rows[2].z])
        return Affine(
            x: inverse.x, y: inverse.y, z: inverse.z, origin: -inverse.linear(origin))
    }

    /// Length of a voxel along each of its axes, in mm.
    public var spacing: SIMD3<Double> {
        SIMD3(x.length, y.length, z.length)
    }

    /// False if an axis has no length, two coincide, or a number is not finite.
    public var isInvertible: Bool {
        let volume = spacing.x * spacing.y * spacing.z
        return volume.isFinite && origin.sum().isFinite && abs(determinant) > 1e-6 * volume
    }

    /// Four rows of four numbers, as files and `info` write it.
    public var rows: [[Double]] {
        (0..<3).map { [x[$0], y[$0], z[$0], origin[$0]] } + [[0, 0, 0, 1]]
    }
}

func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
}

extension SIMD3<Double> {
    package var length: Double { (self * self).sum().squareRoot() }
}

extension Affine {
    /// The same place for a map whose first two coordinates run towards left and posterior, as in DICOM and ITK.
    var turnedFromLPS: Affine {
        func turned(_ vector: SIMD3<Double>) -> SIMD3<Double> {
            vector * [-1, -1, 1] + [0, 0, 0]  // which makes 0 of -0
        }
        return Affine(x: turned(x), y: turned(y), z: turned(z), origin: turned(origin))
    }
}

extension Geometry {
    /// The sharpest angle between two axes, in degrees; 90 for all grids but sheared ones.
    package var sharpestAngle: Double {
        let axes = [affine.x, affine.y, affine.z].map { $0 / $0.length }
        let cosines = [(0, 1), (1, 2), (2, 0)].map { abs((axes[$0] * axes[$1]).sum()) }
        return acos(min(1, cosines.max() ?? 0)) * 180 / .pi
    }

    /// Voxels along right, anterior and superior.
    package var bodySize: SIMD3<Int> { alongBody(size) }

    /// Spacing along right, anterior and superior, in mm.
    package var bodySpacing: SIMD3<Double> { alongBody(spacing) }

    private func alongBody<Scalar>(_ values: SIMD3<Scalar>) -> SIMD3<Scalar> {
        var result = values
        for (axis, body) in Orientation(affine).axes.enumerated() {
            result[body.world] = values[axis]
        }
        return result
    }
}

extension SIMD3<Double> {
    /// The first three numbers, and 0 for those that are missing.
    init(padding numbers: [Double]) {
        let numbers = numbers + [0, 0, 0]
        self.init(numbers[0], numbers[1], numbers[2])
    }
}

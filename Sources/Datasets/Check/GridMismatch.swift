internal import Imaging

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// How the grids of two images that belong together differ.
public enum GridMismatch: Equatable, Sendable {
    case size(SIMD3<Int>, expected: SIMD3<Int>)
    case spacing(SIMD3<Double>, expected: SIMD3<Double>)
    /// Corners lie as far apart as this, in mm and in voxels.
    case position(millimetres: Double, voxels: Double)

    /// Less than this is noise of writing numbers in 32 bits, or of a quaternion.
    private static let tolerance = 0.01

    /// Nil for grids that agree to a hundredth of a voxel.
    init?(_ grid: Geometry, expected: Geometry) {
        guard grid.size == expected.size else {
            self = .size(grid.size, expected: expected.size)
            return
        }
        let ratio = grid.spacing / expected.spacing
        guard ratio.max() < 1 + Self.tolerance, ratio.min() > 1 - Self.tolerance else {
            self = .spacing(grid.spacing, expected: expected.spacing)
            return
        }
        let distance = grid.cornerDistance(to: expected)
        let voxels = distance / expected.spacing.min()
        guard voxels > Self.tolerance else { return nil }
        self = .position(millimetres: distance, voxels: voxels)
    }

    /// Half a voxel off, a label belongs to the neighbour.
    var severity: DatasetFault.Severity {
        if case .position(_, let voxels) = self, voxels <= 0.5 { return .warning }
        return .fault
    }

    func remedy(of file: String, as model: String) -> String {
        switch self {
        case .size: "resample it to the grid of the \(model), or find the right file"
        case .spacing, .position:
            """
            if its voxels match those of the \(model), give it the header of the \(model); if not, resample the \(file)
            """
        }
    }
}

extension GridMismatch: CustomStringConvertible {
    public var description: String {
        switch self {
        case .size(let size, let expected):
            "has \(size.x)×\(size.y)×\(size.z) voxels instead of \(expected.x)×\(expected.y)×\(expected.z)"
        case .spacing(let spacing, let expected):
            "has a spacing of \(millimetres(spacing)) instead of \(millimetres(expected))"
        case .position(let distance, let voxels):
            "lies up to \(significant(distance)) mm (\(significant(voxels)) voxels) elsewhere"
        }
    }
}

extension Geometry {
    /// The largest distance between corresponding corner voxels of two grids of one size, in mm.
    fileprivate func cornerDistance(to other: Geometry) -> Double {
        (0..<8).map { corner -> Double in
            let last = SIMD3<Double>(size &- 1)
            let mask = SIMD3<Double>(
                Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2))
            return (affine(last * mask) - other.affine(last * mask)).length
        }.max() ?? 0
    }

    /// The sharpest angle between two axes, in degrees; 90 for all grids but sheared ones.
    var sharpestAngle: Double {
        let axes = [affine.x, affine.y, affine.z].map { $0 / $0.length }
        let cosines = [(0, 1), (1, 2), (2, 0)].map { abs((axes[$0] * axes[$1]).sum()) }
        return acos(min(1, cosines.max() ?? 0)) * 180 / .pi
    }

    /// Voxels along right, anterior and superior.
    var bodySize: SIMD3<Int> { alongBody(size) }

    /// Spacing along right, anterior and superior, in mm.
    var bodySpacing: SIMD3<Double> { alongBody(spacing) }

    private func alongBody<Scalar>(_ values: SIMD3<Scalar>) -> SIMD3<Scalar> {
        var result = values
        for (axis, body) in Orientation(affine).axes.enumerated() {
            result[body.world] = values[axis]
        }
        return result
    }
}

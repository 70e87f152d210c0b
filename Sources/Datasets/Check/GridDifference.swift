internal import SegNASHost
public import SegNASImaging

/// A difference of the grids of two images that belong together, beyond the order and direction of their axes.
public enum GridDifference: Equatable, Sendable {
    case size(SIMD3<Int>, expected: SIMD3<Int>)
    case spacing(SIMD3<Double>, expected: SIMD3<Double>)
    /// The axes run the same way, and the whole grid is shifted by this distance.
    case position(Distance)
    /// The axes run nearly the same way, and are rotated or sheared against each other.
    case direction(Distance)
    /// The axes are stored in another order or direction, and the voxels do not coincide.
    case orientation(Orientation, expected: Orientation, Distance)

    /// The distance of corresponding corners.
    public struct Distance: Equatable, Sendable {
        public var millimetres: Double
        public var voxels: Double
    }

    /// Smaller differences are rounding to 32 bits, or of a quaternion.
    private static let tolerance = 0.01

    /// Compares two grids; nil if their voxels coincide to a hundredth of a voxel.
    init?(_ grid: Geometry, expected: Geometry) {
        let orientations = (own: Orientation(grid.affine), expected: Orientation(expected.affine))
        let turn =
            grid.reorientation(onto: expected)
            ?? Reorientation(from: orientations.own, to: orientations.expected)
        let turned = turn(grid)
        guard turned.size == expected.size else {
            let size = grid.size == expected.size ? turned.size : grid.size
            self = .size(size, expected: expected.size)
            return
        }
        let ratios = expected.longAxes.map { turned.spacing[$0] / expected.spacing[$0] }
        guard ratios.allSatisfy({ abs($0 - 1) < Self.tolerance }) else {
            self = .spacing(turned.spacing, expected: expected.spacing)
            return
        }
        let distance = Distance(turned, expected)
        guard distance.voxels > Self.tolerance else { return nil }
        if orientations.own != orientations.expected {
            self = .orientation(orientations.own, expected: orientations.expected, distance)
        } else {
            var shifted = turned
            shifted.affine.origin = expected.affine.origin
            let isShift = distance.voxels <= 0.5 || Distance(shifted, expected).voxels <= 0.5
            self = isShift ? .position(distance) : .direction(distance)
        }
    }

    /// Half a voxel off, a label belongs to the neighbour.
    var severity: DatasetFault.Severity {
        switch self {
        case .size, .spacing: .fault
        case .position(let distance), .direction(let distance), .orientation(_, _, let distance):
            distance.voxels <= 0.5 ? .warning : .fault
        }
    }

    /// The remedy; copying the header is only advised where that cannot mirror or turn the content.
    func remedy(of file: String, as model: String) -> String {
        switch self {
        case .position:
            """
            if its voxels match those of the \(model), give it the header of the \(model); if not, resample the \(file)
            """
        case .orientation:
            """
            resample it to the grid of the \(model), or find the right file; the header of the \(model) would mirror \
            or turn it
            """
        case .spacing:
            """
            resample it to the grid of the \(model), or find the right file; if a program has lost its header, make \
            the \(file) again with one that keeps it
            """
        case .size, .direction: "resample it to the grid of the \(model), or find the right file"
        }
    }
}

extension GridDifference.Distance {
    init(_ grid: Geometry, _ expected: Geometry) {
        millimetres = grid.cornerDistance(to: expected)
        voxels = millimetres / expected.shortestStep
    }
}

extension GridDifference.Distance: CustomStringConvertible {
    public var description: String {
        "lies up to \(significant(millimetres)) mm (\(significant(voxels)) voxels) elsewhere"
    }
}

extension GridDifference: CustomStringConvertible {
    public var description: String {
        switch self {
        case .size(let size, let expected):
            "has \(size.x)×\(size.y)×\(size.z) voxels instead of \(expected.x)×\(expected.y)×\(expected.z)"
        case .spacing(let spacing, let expected):
            "has a spacing of \(millimetres(spacing)) instead of \(millimetres(expected))"
        case .position(let distance): "\(distance)"
        case .direction(let distance): "has axes in other directions and \(distance)"
        case .orientation(let orientation, let expected, let distance):
            "is stored as \(orientation) instead of \(expected) and \(distance)"
        }
    }
}

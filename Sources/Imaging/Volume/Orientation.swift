/// The directions of a stored array's axes in the body, as in `RAS`: towards right, anterior and superior.
public struct Orientation: Hashable, Sendable {
    /// The approximate direction of one array axis.
    public struct Axis: Hashable, Sendable {
        /// 0 for the left-right axis of the body, 1 for posterior-anterior, 2 for inferior-superior.
        public var world: Int
        /// True if it runs towards left, posterior or inferior.
        public var isReversed: Bool

        public init(world: Int, isReversed: Bool) {
            self.world = world
            self.isReversed = isReversed
        }
    }

    /// The three array axes; each world axis occurs once.
    public let axes: [Axis]

    public init(axes: [Axis]) {
        precondition(axes.map(\.world).sorted() == [0, 1, 2], "an axis of the body is missing")
        self.axes = axes
    }

    /// The orientation that data sets are brought to.
    public static let ras = Orientation(
        axes: (0..<3).map { Axis(world: $0, isReversed: false) })
}

extension Orientation: CustomStringConvertible {
    public var description: String {
        String(axes.map { Array($0.isReversed ? "LPI" : "RAS")[$0.world] })
    }
}

extension Orientation {
    /// The body axis that each array axis comes closest to, as nibabel's `io_orientation` finds it.
    ///
    /// The affine's columns, scaled to length 1, are replaced by the nearest orthogonal matrix, so that shear does not
    /// decide; then the array axis that is surest of its body axis takes it first. The affine must be invertible.
    public init(_ affine: Affine) {
        precondition(affine.isInvertible, "the axes of a singular affine have no orientation")
        let columns = Self.nearestOrthogonal([affine.x, affine.y, affine.z])
        let strengths = columns.map { ($0 * $0).max() }
        // Ties are left in the order of the array axes, as sorting there is stable.
        let order = (0..<3).sorted { (strengths[$1], $0) < (strengths[$0], $1) }
        var axes = Array(repeating: Axis(world: 0, isReversed: false), count: 3)
        var free = [0, 1, 2]
        for axis in order {
            let column = columns[axis]
            let world = free.max { abs(column[$0]) < abs(column[$1]) } ?? 0
            free.removeAll { $0 == world }
            axes[axis] = Axis(world: world, isReversed: column[world] < 0)
        }
        self.init(axes: axes)
    }

    /// The orthogonal factor of the polar decomposition, by Newton's iteration `X ← (X + X⁻ᵀ) / 2`.
    ///
    /// Higham 1986, "Computing the polar decomposition—with applications", doi:10.1137/0907079.
    private static func nearestOrthogonal(_ columns: [SIMD3<Double>]) -> [SIMD3<Double>] {
        var matrix = columns.map { $0 / $0.length }
        // Large singular values halve each time, small ones become large: 60 times are enough for 1e-12.
        for _ in 0..<60 {
            let affine = Affine(x: matrix[0], y: matrix[1], z: matrix[2])
            let inverse = affine.inverse
            let transposed = (0..<3).map { SIMD3(inverse.x[$0], inverse.y[$0], inverse.z[$0]) }
            let next = zip(matrix, transposed).map { ($0 + $1) / 2 }
            let change = zip(matrix, next).map { ($0 - $1).length }.max() ?? 0
            matrix = next
            if change < 1e-15 { break }
        }
        return matrix
    }
}

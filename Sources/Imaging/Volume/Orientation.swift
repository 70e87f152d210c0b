/// Which way the axes of a stored array run in the body, as in `RAS`: towards right, anterior and superior.
public struct Orientation: Hashable, Sendable {
    /// Where one array axis leads, approximately.
    public struct Axis: Hashable, Sendable {
        /// 0 for the left-right axis of the body, 1 for posterior-anterior, 2 for inferior-superior.
        public var world: Int
        /// Whether it runs towards left, posterior or inferior.
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

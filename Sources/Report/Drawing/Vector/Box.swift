/// An upright rectangle.
struct Box: Hashable, Sendable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        right = left + width
        bottom = top + height
    }

    init(center: Point, width: Double, height: Double) {
        self.init(
            left: center.x - width / 2, top: center.y - height / 2, width: width, height: height)
    }

    /// The smallest that holds all points, of which there is at least one.
    init(holding points: [Point]) {
        precondition(!points.isEmpty, "nothing to hold")
        left = points.reduce(.infinity) { min($0, $1.x) }
        top = points.reduce(.infinity) { min($0, $1.y) }
        right = points.reduce(-.infinity) { max($0, $1.x) }
        bottom = points.reduce(-.infinity) { max($0, $1.y) }
    }

    var width: Double { right - left }
    var height: Double { bottom - top }
    var center: Point { Point(x: (left + right) / 2, y: (top + bottom) / 2) }
    var corners: [Point] { [Point(x: left, y: top), Point(x: right, y: bottom)] }
}

extension Box {
    func intersects(_ other: Box) -> Bool {
        left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    func contains(_ point: Point) -> Bool {
        left < point.x && point.x < right && top < point.y && point.y < bottom
    }

    /// With a margin all around; a negative one shrinks.
    func grown(by margin: Double) -> Box {
        Box(center: center, width: width + 2 * margin, height: height + 2 * margin)
    }

    func moved(by offset: Point) -> Box {
        Box(left: left + offset.x, top: top + offset.y, width: width, height: height)
    }

    func union(_ other: Box) -> Box {
        Box(holding: corners + other.corners)
    }
}

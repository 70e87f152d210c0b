/// A place in a drawing, in pixels: x to the right, y downwards, as SVG counts them.
struct Point: Hashable, Sendable {
    var x: Double
    var y: Double

    static func + (left: Point, right: Point) -> Point {
        Point(x: left.x + right.x, y: left.y + right.y)
    }

    static func - (left: Point, right: Point) -> Point {
        Point(x: left.x - right.x, y: left.y - right.y)
    }

    static func * (factor: Double, point: Point) -> Point {
        Point(x: factor * point.x, y: factor * point.y)
    }

    var length: Double { (x * x + y * y).squareRoot() }

    /// The same direction with length 1; a point has none.
    var direction: Point {
        precondition(length > 0, "a point without length has no direction")
        return 1 / length * self
    }
}

/// A number as drawings write it: a tenth of a pixel is as fine as a screen shows.
func coordinate(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
}

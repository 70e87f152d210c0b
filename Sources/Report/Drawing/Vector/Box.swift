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

    /// Makes the smallest box that holds all points, of which there is at least one.
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

    /// The box with a margin all around; a negative one shrinks.
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

/// A point of a drawing, in pixels: x to the right, y downwards, as in SVG.
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

    /// The same direction with length 1; a vector of length 0 has none.
    var direction: Point {
        precondition(length > 0, "a vector of length 0 has no direction")
        return 1 / length * self
    }
}

/// A coordinate as text, rounded to a tenth of a pixel.
func coordinate(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
}

/// The largest width of a text in common fonts.
///
/// The widths are those of DejaVu Sans, one of the widest sans-serif fonts, rounded up: boxes fit other fonts too.
func textWidth(_ text: String, size: Double, bold: Bool = false) -> Double {
    size * (bold ? 1.12 : 1) * text.reduce(0) { $0 + widthInEms($1) }
}

private func widthInEms(_ character: Character) -> Double {
    switch character {
    case "i", "j", "l", ".", ",", ":", ";", "'", "|", "!", " ", "I", "·": 0.35
    case "f", "t", "r", "(", ")", "[", "]", "-", "/", "J": 0.42
    case "m", "M", "W", "@", "%", "–", "—", "…": 1.01
    case "w", "+", "=", "<", ">", "×", "→", "±": 0.84
    case "A"..."Z": 0.79
    case _ where character.isASCII: 0.65
    default: 1.4
    }
}

/// Breaks a text between words into lines within a width, except for longer words.
func wrapped(_ text: String, width: Double, size: Double) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
        let longer = (lines.last.map { $0 + " " } ?? "") + word
        if !lines.isEmpty, textWidth(longer, size: size) <= width {
            lines[lines.count - 1] = longer
        } else {
            lines.append(String(word))
        }
    }
}

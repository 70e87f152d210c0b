/// An open line of straight pieces and quarters of ellipses.
struct Path: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case line(to: Point)
        case curve(Point, Point, to: Point)
    }

    let start: Point
    private(set) var pieces: [Piece] = []
    /// The point at which the next piece begins.
    private(set) var end: Point
    /// The point at which the last piece began.
    private var previous: Point

    init(from start: Point) {
        self.start = start
        previous = start
        end = start
    }

    mutating func line(to point: Point) {
        add(.line(to: point), end: point)
    }

    /// Adds a quarter of an ellipse that leaves upright and arrives level, or the other way round.
    mutating func quarter(to point: Point, leavingUpright: Bool) {
        let circle = 0.5523  // the handles of a cubic curve that draw a quarter of a circle
        let corner =
            leavingUpright ? Point(x: end.x, y: point.y) : Point(x: point.x, y: end.y)
        let handles = (end + circle * (corner - end), point + circle * (corner - point))
        add(.curve(handles.0, handles.1, to: point), end: point)
    }

    private mutating func add(_ piece: Piece, end point: Point) {
        pieces.append(piece)
        previous = end
        end = point
    }
}

extension Path {
    /// The `d` attribute.
    var data: String {
        pieces.reduce("M\(text(start))") { $0 + " " + data(of: $1) }
    }

    private func data(of piece: Piece) -> String {
        switch piece {
        case .line(let point): "L\(text(point))"
        case .curve(let first, let second, let point):
            "C\(text(first)) \(text(second)) \(text(point))"
        }
    }

    private func text(_ point: Point) -> String {
        coordinate(point.x) + "," + coordinate(point.y)
    }
}

extension Path {
    /// Points along the line, both ends included, no further apart than the spacing.
    func points(spacing: Double = 3) -> [Point] {
        pieces.reduce(into: [start]) { points, piece in
            let begin = points[points.count - 1]
            let count = max(1, (Self.maxSpeed(piece, from: begin) / spacing).rounded(.up))
            points += (1...Int(count)).map { step in
                Self.point(on: piece, from: begin, at: Double(step) / count)
            }
        }
    }

    /// The direction of the line at its end.
    var direction: Point {
        switch pieces.last {
        case .line?: return (end - previous).direction
        case .curve(_, let handle, _)?: return (end - handle).direction
        case nil: preconditionFailure("a path without pieces has no direction")
        }
    }

    /// The greatest speed along a piece whose parameter runs from 0 to 1.
    private static func maxSpeed(_ piece: Piece, from start: Point) -> Double {
        switch piece {
        case .line(let end):
            (end - start).length
        case .curve(let first, let second, let end):
            3 * [first - start, second - first, end - second].map(\.length).reduce(0, max)
        }
    }

    private static func point(on piece: Piece, from start: Point, at t: Double) -> Point {
        let s = 1 - t
        switch piece {
        case .line(let end):
            return s * start + t * end
        case .curve(let first, let second, let end):
            return s * s * s * start + 3 * s * s * t * first + (3 * s * t * t) * second
                + t * t * t * end
        }
    }
}

/// A line with a head.
struct Arrow: Hashable, Sendable {
    static let headLength = 8.0
    static let headWidth = 7.0

    /// The line, which the head continues.
    let shaft: Path
    let stroke: Stroke

    /// The point of the head.
    var tip: Point { shaft.end + Self.headLength * shaft.direction }

    /// Points along the whole arrow, dense enough to check what it touches.
    func points(spacing: Double = 3) -> [Point] {
        let length = Self.headLength
        let head = (1...4).map { shaft.end + length * Double($0) / 4 * shaft.direction }
        return shaft.points(spacing: spacing) + head
    }

    var elements: [Element] {
        [.path(shaft, stroke), head]
    }

    private var head: Element {
        let along = shaft.direction
        let across = Self.headWidth / 2 * Point(x: -along.y, y: along.x)
        let corners = [shaft.end + across, tip, shaft.end - across]
        let points = corners.map { coordinate($0.x) + "," + coordinate($0.y) }
        return Element(
            "polygon",
            [
                ("points", points.joined(separator: " ")),
                ("class", "sf-fill-\(stroke.colour)"),
            ])
    }
}

extension Arrow {
    /// A straight arrow between two points.
    init(from start: Point, to tip: Point, _ stroke: Stroke) {
        var path = Path(from: start)
        path.line(to: tip - Self.headLength * (tip - start).direction)
        self.init(shaft: path, stroke: stroke)
    }
}

/// A line with a head.
struct Arrow: Hashable, Sendable {
    static let headLength = 8.0
    static let headWidth = 7.0

    /// The line up to the head, which continues it.
    let shaft: Path
    let stroke: Stroke

    /// Where the head points to.
    var tip: Point { shaft.end + Self.headLength * shaft.direction }

    /// Points along the whole arrow, dense enough to ask what it touches.
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

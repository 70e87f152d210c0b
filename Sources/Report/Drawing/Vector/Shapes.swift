/// The stroke of a line.
struct Stroke: Hashable, Sendable {
    var colour: Colour
    var width = 1.6
    /// The lengths of dashes and gaps; nil draws a solid line.
    var dashes: String?

    var attributes: [Element.Attribute] {
        [("class", "sf-stroke-\(colour)"), ("stroke-width", coordinate(width))]
            + (dashes.map { [("stroke-dasharray", $0)] } ?? [])
    }
}

/// The style of a text.
struct TextStyle: Hashable, Sendable {
    var size = 12.0
    var colour = Colour.ink
    var bold = false
    /// True if the text is centred on its point; otherwise it begins there.
    var centered = true

    var classes: String {
        "sf-fill-\(colour)" + (centered ? " sf-center" : "") + (bold ? " sf-bold" : "")
    }

    func width(of text: String) -> Double {
        textWidth(text, size: size, bold: bold)
    }
}

extension Element {
    static func path(_ path: Path, _ stroke: Stroke) -> Element {
        Element("path", [("d", path.data), ("fill", "none")] + stroke.attributes)
    }

    /// A text whose baseline is at the point.
    static func text(_ text: String, at point: Point, _ style: TextStyle = TextStyle()) -> Element {
        let place: [Attribute] = [("x", coordinate(point.x)), ("y", coordinate(point.y))]
        let look: [Attribute] = [("font-size", coordinate(style.size)), ("class", style.classes)]
        return Element("text", place + look, .text(text))
    }

    static func rectangle(
        _ box: Box, fill: Colour, stroke: Stroke? = nil, radius: Double = 0
    ) -> Element {
        let frame: [Attribute] = [
            ("x", coordinate(box.left)), ("y", coordinate(box.top)),
            ("width", coordinate(box.width)), ("height", coordinate(box.height)),
            ("rx", coordinate(radius)),
        ]
        return Element("rect", frame + Self.look(fill: fill, stroke: stroke))
    }

    private static func look(fill: Colour, stroke: Stroke?) -> [Attribute] {
        guard let stroke else { return [("class", "sf-fill-\(fill)")] }
        return [("class", "sf-fill-\(fill) sf-stroke-\(stroke.colour)")]
            + stroke.attributes.dropFirst()
    }

    /// A sum: a plus sign in a circle.
    static func sum(at center: Point, radius: Double = 9) -> Element {
        let circle = Element(
            "circle",
            [
                ("cx", coordinate(center.x)), ("cy", coordinate(center.y)),
                ("r", coordinate(radius)),
            ] + look(fill: .paper, stroke: Stroke(colour: .ink, width: 1.4)))
        let arm = radius - 3.5
        let cross = [Point(x: arm, y: 0), Point(x: 0, y: arm)].map { half in
            var line = Path(from: center - half)
            line.line(to: center + half)
            return Element.path(line, Stroke(colour: .ink, width: 1.4))
        }
        return Element("g", [], .children([circle] + cross))
    }
}

/// Elements from the origin to the right and downwards, and the room that they take.
struct Drawing {
    var elements: [Element] = []
    var size = Point(x: 0, y: 0)

    /// Drawings below each other, each in the middle of the width, with a margin around and between.
    static func stacked(_ parts: [Drawing], width: Double, margin: Double) -> Drawing {
        var stack = Drawing(size: Point(x: width + 2 * margin, y: margin))
        for part in parts {
            let place = Point(x: margin + (width - part.size.x) / 2, y: stack.size.y)
            stack.elements.append(.group(part.elements, at: place))
            stack.size.y += part.size.y + margin
        }
        return stack
    }

    /// The `<svg>` element: a figure with its title and description, that needs nothing outside itself.
    func svg(title: String, description: String) -> String {
        let width = size.x.rounded(.up)
        let height = size.y.rounded(.up)
        let paper = Box(left: 0, top: 0, width: width, height: height)
        let heading = [
            Element("title", [], .text(title)), Element("desc", [], .text(description)),
            Element("style", [], .text(StyleSheet.css)),
            Element.rectangle(paper, fill: .paper, radius: 6),
        ]
        return Element(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("class", StyleSheet.root),
                ("role", "img"), ("aria-label", title),
                ("width", coordinate(width)), ("height", coordinate(height)),
                ("viewBox", "0 0 \(coordinate(width)) \(coordinate(height))"),
            ], .children(heading + elements)
        ).xml
    }
}

internal import CPage

/// Elements from the origin to the right and downwards, and their size.
struct Drawing {
    var elements: [Element] = []
    var size = Point(x: 0, y: 0)

    /// Stacks drawings below each other, each in the middle of the width, with a margin around and between.
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
    ///
    /// Without its style it needs that of a page.
    func svg(title: String, description: String, isStyled: Bool = true) -> String {
        let width = size.x.rounded(.up)
        let height = size.y.rounded(.up)
        let paper = Box(left: 0, top: 0, width: width, height: height)
        let heading = [
            Element("title", [], .text(title)), Element("desc", [], .text(description)),
            isStyled ? Element("style", [], .text(StyleSheet.css)) : nil,
            Element.rectangle(paper, fill: .paper, radius: 6),
        ].compactMap(\.self)
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

/// An element of an SVG document.
struct Element: Sendable {
    typealias Attribute = (name: String, value: String)

    enum Content: Sendable {
        case none
        case text(String)
        case children([Element])
    }

    let name: String
    private(set) var attributes: [Attribute]
    let content: Content

    init(_ name: String, _ attributes: [Attribute] = [], _ content: Content = .none) {
        self.name = name
        self.attributes = attributes
        self.content = content
    }

    /// Elements drawn with another origin.
    static func group(_ children: [Element], at origin: Point) -> Element {
        let place = "translate(\(coordinate(origin.x)),\(coordinate(origin.y)))"
        return Element("g", [("transform", place)], .children(children))
    }
}

extension Element {
    /// The XML text: one element on each line, children indented.
    var xml: String {
        var text = ""
        write(to: &text, indent: "")
        return text
    }

    private func write(to text: inout String, indent: String) {
        text += indent + "<" + name
        for attribute in attributes {
            text += " \(attribute.name)=\"\(escaped(attribute.value))\""
        }
        switch content {
        case .none: text += "/>\n"
        case .text(let content): text += ">\(escaped(content))</\(name)>\n"
        case .children(let children):
            text += ">\n"
            for child in children { child.write(to: &text, indent: indent + "  ") }
            text += "\(indent)</\(name)>\n"
        }
    }
}

/// The text escaped for XML 1.0; characters that XML cannot hold become U+FFFD.
func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case _ where isForbidden(scalar): result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
}

private func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD: false
    case ..<0x20, 0xFFFE, 0xFFFF: true
    default: false
    }
}

/// The CSS of every figure, which may stand several times in a page, as all its names begin with `sf`.
enum StyleSheet {
    /// The class of the outermost element.
    static let root = "sf"

    static let css =
        """
        \(embedded(cp_figure_style()))\
        .sf{\(variables(\.light))}
        @media screen and (prefers-color-scheme:dark){.sf{\(variables(\.dark))}}
        \(Colour.allCases.map(rules).joined(separator: "\n"))
        """

    private static func variables(_ value: (Colour) -> String) -> String {
        Colour.allCases.map { "--sf-\($0):\(value($0))" }.joined(separator: ";")
    }

    /// The rules of a colour; the plain colour comes first, for viewers without variables.
    private static func rules(_ colour: Colour) -> String {
        ["fill", "stroke"].map { property in
            ".sf-\(property)-\(colour){\(property):\(colour.light);"
                + "\(property):var(--sf-\(colour))}"
        }.joined(separator: "\n")
    }
}

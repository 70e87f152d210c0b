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
    /// The XML text: an element on a line, children indented.
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

/// Text as XML 1.0 writes it; characters that it cannot hold become U+FFFD.
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

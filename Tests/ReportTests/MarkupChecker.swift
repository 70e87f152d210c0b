/// Finds faults in the HTML that our pages are made of: less than browsers forgive.
///
/// Every element is closed in its turn, attributes are quoted and occur once, identifiers are unique, what refers to
/// one finds it, and there is no character that HTML forbids. What readers without a mouse or without sight need is
/// checked by an extension.
struct MarkupChecker {
    var faults: [String] = []
    private(set) var ids: Set<String> = []
    /// Elements in their order.
    private(set) var elements: [Element] = []
    /// The numbers of those that are open.
    private var open: [Int] = []

    struct Element {
        let name: String
        let attributes: [String: String]
        /// The names of all around it, the outermost first.
        let around: [String]
        /// Without that of scripts and styles.
        var text = ""
    }

    private static let void: Set = ["meta", "link", "input", "br", "img", "hr"]
    private static let raw: Set = ["script", "style", "title", "textarea"]
    private static let references: Set = ["aria-labelledby", "for", "href"]

    init(_ html: String) {
        if html.utf8.contains(where: { $0 < 32 && ![9, 10, 13].contains($0) }) {
            faults.append("a forbidden control character")
        }
        var rest = html[...]
        if rest.hasPrefix("<!DOCTYPE html>") {
            rest = rest.dropFirst("<!DOCTYPE html>".count)
        } else {
            faults.append("no document type")
        }
        while let start = rest.firstIndex(of: "<") {
            checkText(rest[..<start])
            rest = rest[rest.index(after: start)...]
            takeTag(&rest)
        }
        if !open.isEmpty { faults.append("not closed: \(openNames)") }
        for element in elements { checkReferences(element.name, element.attributes) }
        checkAccess()
    }

    private var openNames: [String] { open.map { elements[$0].name } }

    private mutating func takeTag(_ rest: inout Substring) {
        guard let end = rest.firstIndex(of: ">") else {
            faults.append("an open tag")
            rest = ""
            return
        }
        let tag = rest[..<end]
        rest = rest[rest.index(after: end)...]
        guard !tag.hasPrefix("/") else { return close(String(tag.dropFirst())) }
        let name = begin(tag)
        if Self.raw.contains(name), openNames.last == name { skipText(of: name, &rest) }
    }

    private mutating func skipText(of name: String, _ rest: inout Substring) {
        guard let end = rest.firstRange(of: "</\(name)>") else {
            faults.append("\(name) does not end")
            return
        }
        if name == "title" { checkText(rest[..<end.lowerBound]) }
        rest = rest[end.lowerBound...]
    }

    private mutating func checkText(_ text: Substring) {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if !words.isEmpty { for number in open { elements[number].text += words } }
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            let name = part.prefix { $0 != ";" }
            if name.count == part.count || name.isEmpty || name.contains(" ") {
                faults.append("an ampersand in \(text.prefix(60))")
            }
        }
    }

    private mutating func close(_ name: String) {
        if open.popLast().map({ elements[$0].name }) != name {
            faults.append("</\(name)> out of turn after \(openNames)")
        }
    }

    private mutating func begin(_ tag: Substring) -> String {
        var text = tag
        let isClosed = text.hasSuffix("/")
        if isClosed { text = text.dropLast() }
        let name = String(text.prefix { !$0.isWhitespace })
        text = text.dropFirst(name.count)
        var attributes: [String: String] = [:]
        while let start = text.firstIndex(where: { !$0.isWhitespace }) {
            text = text[start...]
            let key = String(text.prefix { !$0.isWhitespace && $0 != "=" })
            text = text.dropFirst(key.count)
            var value = ""
            if text.hasPrefix("=\"") {
                value = String(text.dropFirst(2).prefix { $0 != "\"" })
                text = text.dropFirst(value.count + 3)
            } else if text.hasPrefix("=") {
                faults.append("an attribute without quotes in <\(tag)>")
                return name
            }
            if attributes.updateValue(value, forKey: key) != nil { faults.append("\(key) twice") }
        }
        if let id = attributes["id"], !ids.insert(id).inserted { faults.append("id \(id) twice") }
        elements.append(Element(name: name, attributes: attributes, around: openNames))
        if !isClosed, !Self.void.contains(name) { open.append(elements.count - 1) }
        return name
    }

    private mutating func checkReferences(_ name: String, _ attributes: [String: String]) {
        for (key, value) in attributes where Self.references.contains(key) {
            let id =
                key == "href" ? (value.hasPrefix("#") ? String(value.dropFirst()) : nil) : value
            if let id, !ids.contains(id) { faults.append("\(name) refers to \(id)") }
        }
        for key in ["src", "href"] {
            guard let value = attributes[key] else { continue }
            let isInside = value.hasPrefix("#") || value.hasPrefix("data:")
            // Links may lead to pages beside this one, by names without a scheme.
            let isBeside = name == "a" && !value.hasPrefix("/") && !value.contains(":")
            if !isInside, !isBeside { faults.append("\(name) loads \(value)") }
        }
    }
}

/// Finds faults in the HTML that our pages are made of: less than browsers forgive.
///
/// Every element is closed in its turn, attributes are quoted and occur once, identifiers are unique, and what refers to
/// one finds it.
struct MarkupChecker {
    private(set) var faults: [String] = []
    private(set) var ids: Set<String> = []
    /// Tags in their order.
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private var open: [String] = []

    private static let void: Set = ["meta", "link", "input", "br", "img", "hr"]
    private static let raw: Set = ["script", "style", "title", "textarea"]
    private static let references: Set = ["aria-labelledby", "for", "href"]

    init(_ html: String) {
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
        if !open.isEmpty { faults.append("not closed: \(open)") }
        for (name, attributes) in elements { checkReferences(name, attributes) }
    }

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
        if Self.raw.contains(name), open.last == name { skipText(of: name, &rest) }
    }

    private mutating func skipText(of name: String, _ rest: inout Substring) {
        guard let end = rest.firstRange(of: "</\(name)>") else {
            faults.append("\(name) does not end")
            return
        }
        rest = rest[end.lowerBound...]
    }

    private mutating func checkText(_ text: Substring) {
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            let name = part.prefix { $0 != ";" }
            if name.count == part.count || name.isEmpty || name.contains(" ") {
                faults.append("an ampersand in \(text.prefix(60))")
            }
        }
    }

    private mutating func close(_ name: String) {
        if open.popLast() != name { faults.append("</\(name)> out of turn after \(open)") }
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
        elements.append((name, attributes))
        if !isClosed, !Self.void.contains(name) { open.append(name) }
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

/// What readers without a mouse or without sight need.
extension MarkupChecker {
    private static let controls: Set = [
        "input", "select", "textarea", "button", "canvas", "dialog",
    ]
    private static let blocks: Set = [
        "p", "div", "table", "ul", "dl", "figure", "section", "form", "h2", "h3", "fieldset",
    ]

    mutating func checkAccess() {
        checkHeadings()
        for (index, element) in elements.enumerated() {
            checkName(index, element)
            checkPlace(element)
        }
    }

    /// One of the first level, and none deeper by more than one than that before.
    private mutating func checkHeadings() {
        let levels = elements.compactMap { element -> Int? in
            guard element.name.count == 2, element.name.first == "h" else { return nil }
            return element.name.last?.wholeNumberValue
        }
        if levels.count(where: { $0 == 1 }) != 1 { faults.append("not one h1: \(levels)") }
        for (level, next) in zip(levels, levels.dropFirst()) where next > level + 1 {
            faults.append("h\(next) after h\(level)")
        }
    }

    /// Controls, pictures, and whatever keys reach, have a name.
    private mutating func checkName(_ index: Int, _ element: Element) {
        let attributes = element.attributes
        let role = attributes["role"]
        let isReached = attributes["tabindex"] != nil
        guard Self.controls.contains(element.name) || isReached || role == "img" else { return }
        if isReached, role == nil { faults.append("\(element) is reached and has no role") }
        if isReached, !["0", "-1"].contains(attributes["tabindex"]) {
            faults.append("\(element) disturbs the order of stops")
        }
        let given = attributes["aria-label"] ?? attributes["aria-labelledby"] ?? ""
        let isNamed = !given.isEmpty || isLabelled(index, element)
        if !isNamed { faults.append("\(element) has no name") }
    }

    private func isLabelled(_ index: Int, _ element: Element) -> Bool {
        if element.name == "button" { return !element.text.isEmpty }
        if let id = element.attributes["id"],
            elements.contains(where: { $0.attributes["for"] == id && !$0.text.isEmpty })
        {
            return true
        }
        let label = elements[..<index].last { $0.name == "label" }
        return element.around.contains("label") && label?.text.isEmpty == false
    }

    /// Headings of tables say of what they are; no paragraph holds what would end it; documents and tables are called.
    private mutating func checkPlace(_ element: Element) {
        if Self.blocks.contains(element.name), element.around.contains("p") {
            faults.append("\(element) in a paragraph")
        }
        switch element.name {
        case "th": if element.attributes["scope"] == nil { faults.append("th without scope") }
        case "html": if element.attributes["lang"] == nil { faults.append("no language") }
        case "title", "caption", "legend", "summary", "h1", "h2", "h3":
            if element.text.isEmpty { faults.append("\(element) is empty") }
        default: break
        }
    }
}

/// Finds faults in a `tabular`: less than LaTeX forgives.
///
/// Braces and dollars are closed, nothing but known commands begins with a backslash, other special characters do not
/// occur, and all rows have as many cells.
struct LaTeXChecker {
    private(set) var faults: [String] = []

    private static let commands: Set = [
        "begin", "end", "toprule", "midrule", "bottomrule", "addlinespace", "textbf", "sout", "pm",
        "times", "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater",
        "textbar", "symbol", "ldots",
    ]

    init(_ text: String) {
        var columns: Int?
        for line in text.split(separator: "\n") where !line.hasPrefix("%") {
            let cells = check(line)
            if line.hasPrefix("\\begin{tabular}{") { columns = line.count - 17 }
            guard line.hasSuffix("\\\\") else {
                if !line.hasPrefix("\\") { faults.append("a separate line: \(line)") }
                continue
            }
            if cells != columns { faults.append("\(cells) cells of \(columns ?? 0): \(line)") }
            if let first = line.first, "[*".contains(first) { faults.append("an option: \(line)") }
        }
    }

    /// Checks a line.
    ///
    /// - Returns: Its cells.
    private mutating func check(_ line: Substring) -> Int {
        var rest = line
        var (depth, cells, isMath) = (0, 1, false)
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                let name = rest.prefix { $0.isLetter }
                rest = name.isEmpty ? rest.dropFirst() : rest.dropFirst(name.count)
                if !name.isEmpty, !Self.commands.contains(String(name)) {
                    faults.append("\\\(name)")
                }
            case "{": depth += 1
            case "}": depth -= 1
            case "$": isMath.toggle()
            case "&": cells += 1
            case "#", "_", "^", "~", "%", "\"", "<", ">", "|":
                faults.append("\(character): \(line)")
            default: if character.isNewline { faults.append("a new line") }
            }
            if depth < 0 { faults.append("a brace that nothing opens: \(line)") }
        }
        if depth != 0 || isMath { faults.append("what is not closed: \(line)") }
        return cells
    }
}

/// Reads what RFC 4180 describes.
struct CSVReader {
    private(set) var lines: [[String]] = []

    init(_ text: String) {
        var (line, field, isQuoted): ([String], String, Bool) = ([], "", false)
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"" where isQuoted && rest.first == "\"":
                rest = rest.dropFirst()
                field += "\""
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                line.append(field)
                field = ""
            case "\r" where !isQuoted && rest.first == "\n":
                rest = rest.dropFirst()
                lines.append(line + [field])
                (line, field) = ([], "")
            default: field.unicodeScalars.append(scalar)
            }
        }
    }
}

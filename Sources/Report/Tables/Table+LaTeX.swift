internal import SegNASHost

extension Table {
    /// A `tabular`; its rules need the package `booktabs`, what is struck through `ulem`.
    var latex: String {
        let alignment = columns.map { $0.isNumber ? "r" : "l" }.joined()
        let head = columns.map { RichText($0.title).latex }.joined(separator: " & ")
        return """
            \\begin{tabular}{\(alignment)}
            \\toprule
            \(head) \\\\
            \\midrule
            \(body)
            \\bottomrule
            \\end{tabular}
            """
    }

    /// With some space between rows where one has several lines.
    private var body: String {
        let isSpaced = rows.contains { $0.lines.count > 1 }
        return rows.map { row in
            Table(caption: caption, columns: columns, rows: [row]).lines.map { line in
                line.map(\.latex).joined(separator: " & ") + " \\\\"
            }.joined(separator: "\n")
        }.joined(separator: isSpaced ? "\n\\addlinespace\n" : "\n")
    }
}

extension RichText {
    var latex: String {
        written { part in
            switch part.mark {
            case nil: escapedForLaTeX(part.text)
            case .strong: "\\textbf{\(escapedForLaTeX(part.text))}"
            case .struck: "\\sout{\(escapedForLaTeX(part.text))}"
            }
        }
    }
}

/// Text as LaTeX sets it, in math only what has no other name.
func escapedForLaTeX(_ text: String) -> String {
    var characters = text.printable.unicodeScalars.map { commands[$0] ?? "\($0)" }
    // Two hyphens would become a dash.
    for index in characters.indices.dropFirst() where characters[index] == "-" {
        if characters[index - 1].hasSuffix("-") { characters[index] = "{}-" }
    }
    return characters.joined()
}

/// Brackets and stars at the beginning of a row would be taken for options of the end of the last one.
private let commands: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "%": "\\%",
    "#": "\\#", "_": "\\_", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
    "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}", "\"": "\\symbol{34}",
    "`": "\\symbol{96}", "'": "\\symbol{39}", "[": "{[}", "]": "{]}", "*": "{*}",
    "±": "$\\pm$", "×": "$\\times$", "−": "$-$", "–": "--",
    "—": "---", "…": "\\ldots{}",
    "α": "$\\alpha$", "β": "$\\beta$", "γ": "$\\gamma$", "µ": "$\\mu$", "μ": "$\\mu$",
    "\u{FFFD}": "?",
]

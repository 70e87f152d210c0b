internal import SegNASHost

extension Table {
    /// The table as HTML.
    var html: String {
        """
        <div class="frame" tabindex="0" role="region" aria-label="\(escaped(caption))">
        <table role="table"\(columns.count > 12 ? " class=\"wide\"" : "")><caption>\(escaped(caption))</caption>
        <thead role="rowgroup"><tr role="row">\(columns.map(Self.heading).joined())</tr></thead>
        <tbody role="rowgroup">
        \(rows.map(written).joined(separator: "\n"))
        </tbody></table></div>
        \(Section.saveButton("table", caption, "CSV", of: caption))
        """
    }

    private static func heading(_ column: Column) -> String {
        "<th scope=\"col\" role=\"columnheader\"\(style(column))>\(escaped(column.title))</th>"
    }

    private func written(_ row: Row) -> String {
        let span = row.lines.count > 1 ? " rowspan=\"\(row.lines.count)\"" : ""
        let beside = zip(row.cells, columns).enumerated().map { index, pair in
            let (cell, column) = pair
            let (name, scope) =
                index == 0 ? ("th", " scope=\"row\" role=\"rowheader\"") : ("td", Self.cell(column))
            return "<\(name)\(scope)\(Self.style(column))\(span)>\(cell.html)</\(name)>"
        }.joined()
        return row.lines.enumerated().map { index, line in
            let cells = zip(line, columns[row.cells.count...]).map { cell, column in
                "<td\(Self.cell(column))\(Self.style(column))>\(cell.html)</td>"
            }
            return "<tr role=\"row\">\(index == 0 ? beside : "")\(cells.joined())</tr>"
        }.joined(separator: "\n")
    }

    /// On narrow screens rows become lists, whose entries have the titles of their columns; roles keep it a table.
    private static func cell(_ column: Column) -> String {
        " role=\"cell\" data-title=\"\(escaped(column.title))\""
    }

    private static func style(_ column: Column) -> String {
        column.isNumber ? " class=\"number\"" : ""
    }
}

extension RichText {
    var html: String {
        written { part in
            switch part.mark {
            case nil: escaped(part.text)
            case .strong: "<strong>\(escaped(part.text))</strong>"
            // Few screen readers say that a text is struck through.
            case .struck: "<s><span class=\"unseen\">unused </span>\(escaped(part.text))</s>"
            }
        }
    }
}

extension Table {
    /// The table as LaTeX's `tabular`; its rules need the package `booktabs`, struck-through text needs `ulem`.
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

    /// The rows, with some space between them if one has several lines.
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

/// The text escaped for LaTeX, with math only for signs that have no other name.
func escapedForLaTeX(_ text: String) -> String {
    var characters = text.printable.unicodeScalars.map { commands[$0] ?? "\($0)" }
    // Two hyphens would become a dash.
    for index in characters.indices.dropFirst() where characters[index] == "-" {
        if characters[index - 1].hasSuffix("-") { characters[index] = "{}-" }
    }
    return characters.joined()
}

/// The commands for characters; brackets and stars at the start of a row would be options of the previous row's end.
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

extension Table {
    /// The table as GitHub Flavored Markdown, its columns padded so that the source can be read too.
    var markdown: String {
        let lines = [columns.map { RichText($0.title).markdown }] + lines.map { $0.map(\.markdown) }
        let widths = columns.indices.map { column in
            max(3, lines.map { $0[column].count }.max() ?? 0)
        }
        let rule = zip(columns, widths).map { column, width in
            String(repeating: "-", count: width - 1) + (column.isNumber ? ":" : "-")
        }
        let padded = lines.map { line in
            columns.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - line[column].count)
                return columns[column].isNumber ? space + line[column] : line[column] + space
            }
        }
        return ([padded[0], rule] + padded.dropFirst()).map { cells in
            "| " + cells.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}

extension RichText {
    var markdown: String {
        written { part in
            switch part.mark {
            case nil: escapedForMarkdown(part.text)
            case .strong: "**\(escapedForMarkdown(part.text))**"
            case .struck: "~~\(escapedForMarkdown(part.text))~~"
            }
        }
    }
}

/// The text escaped for Markdown, on one line; characters that are no markup in their place are left as they are.
func escapedForMarkdown(_ text: String) -> String {
    let characters = Array(text.printable.unicodeScalars)
    return characters.indices.map { index in
        let character = characters[index]
        let next = index + 1 < characters.count ? characters[index + 1] : " "
        let last = index > 0 ? characters[index - 1] : " "
        let isMarkup =
            switch character {
            case "\\", "|", "*", "`", "[", "]", "~": true
            case "<", "&": next.properties.isAlphabetic || "/!?#".unicodeScalars.contains(next)
            case "_": !isOfWord(last) || !isOfWord(next)
            default: false
            }
        return isMarkup ? "\\\(character)" : "\(character)"
    }.joined()
}

private func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
}

extension Table {
    /// In a frame that scrolls where the screen is narrow.
    var html: String {
        """
        <div class="frame" tabindex="0" role="region" aria-label="\(escaped(caption))">
        <table\(columns.count > 12 ? " class=\"wide\"" : "")><caption>\(escaped(caption))</caption>
        <thead><tr>\(columns.map(Self.heading).joined())</tr></thead>
        <tbody>
        \(rows.map(written).joined(separator: "\n"))
        </tbody></table></div>
        """
    }

    private static func heading(_ column: Column) -> String {
        "<th scope=\"col\"\(style(column))>\(escaped(column.title))</th>"
    }

    private func written(_ row: Row) -> String {
        let span = row.lines.count > 1 ? " rowspan=\"\(row.lines.count)\"" : ""
        let beside = zip(row.cells, columns).enumerated().map { index, pair in
            let (cell, column) = pair
            let (name, scope) = index == 0 ? ("th", " scope=\"row\"") : ("td", "")
            return "<\(name)\(scope)\(Self.style(column))\(span)>\(cell.html)</\(name)>"
        }.joined()
        return row.lines.enumerated().map { index, line in
            let cells = zip(line, columns[row.cells.count...]).map { cell, column in
                "<td\(Self.style(column))>\(cell.html)</td>"
            }
            return "<tr>\(index == 0 ? beside : "")\(cells.joined())</tr>"
        }.joined(separator: "\n")
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
            // Few screen readers tell that a text is struck through.
            case .struck: "<s><span class=\"unseen\">unused </span>\(escaped(part.text))</s>"
            }
        }
    }
}

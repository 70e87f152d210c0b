/// A table of texts in HTML, in a frame that scrolls where the screen is narrow.
struct HTMLTable {
    let caption: String
    /// Titles; those of numbers are aligned to the right.
    let columns: [(title: String, isNumber: Bool)]
    /// The first cell is the heading of its row.
    let rows: [[String]]

    var html: String {
        """
        <div class="frame" tabindex="0" role="region" aria-label="\(escaped(caption))">
        <table><caption>\(escaped(caption))</caption>
        <thead><tr>\(columns.map(Self.heading).joined())</tr></thead>
        <tbody>
        \(rows.map(row).joined(separator: "\n"))
        </tbody></table></div>
        """
    }

    private static func heading(_ column: (title: String, isNumber: Bool)) -> String {
        "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>\(escaped(column.title))</th>"
    }

    private func row(_ cells: [String]) -> String {
        let cells = zip(cells, columns).enumerated().map { index, pair in
            let (cell, column) = pair
            let style = column.isNumber ? " class=\"number\"" : ""
            return index == 0
                ? "<th scope=\"row\"\(style)>\(escaped(cell))</th>"
                : "<td\(style)>\(escaped(cell))</td>"
        }
        return "<tr>\(cells.joined())</tr>"
    }
}

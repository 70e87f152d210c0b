/// A table before a format is chosen.
struct Table {
    typealias Column = (title: String, isNumber: Bool)

    let caption: String
    /// Titles; those of numbers are aligned to the right.
    let columns: [Column]
    let rows: [Row]

    /// A row, of which a part may have several lines.
    struct Row {
        /// Beside all lines; the first cell is the heading.
        let cells: [RichText]
        /// The cells of the columns that follow; one without cells where there are none.
        let lines: [[RichText]]

        init(_ cells: [RichText], lines: [[RichText]] = [[]]) {
            self.cells = cells
            self.lines = lines
        }
    }

    init(caption: String, columns: [Column], rows: [Row]) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
    }

    init(caption: String, columns: [Column], rows: [[String]]) {
        self.init(
            caption: caption, columns: columns,
            rows: rows.map { Row($0.map { RichText($0) }) })
    }

    /// For formats in which no cell stands beside several lines: these begin with empty ones.
    var lines: [[RichText]] {
        rows.flatMap { row in
            row.lines.enumerated().map { index, line in
                (index == 0 ? row.cells : row.cells.map { _ in RichText("") }) + line
            }
        }
    }
}

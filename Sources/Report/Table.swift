/// A table before a format is chosen.
struct Table {
    typealias Column = (title: String, isNumber: Bool)

    let caption: String
    /// The titles; those of numbers are aligned to the right.
    let columns: [Column]
    let rows: [Row]

    /// A row, of which a part may have several lines.
    struct Row {
        /// The cells beside all lines; the first is the heading.
        let cells: [RichText]
        /// The cells of the columns that follow, by lines; one empty line if there are none.
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

    /// The lines for formats without cells that span several: further lines of a row begin with empty cells.
    var lines: [[RichText]] {
        rows.flatMap { row in
            row.lines.enumerated().map { index, line in
                (index == 0 ? row.cells : row.cells.map { _ in RichText("") }) + line
            }
        }
    }
}

/// A text with marked parts, before a format is chosen.
struct RichText: Hashable {
    enum Mark: Hashable {
        case strong
        /// Struck through: not used.
        case struck
    }

    struct Part: Hashable {
        let text: String
        let mark: Mark?
    }

    let parts: [Part]

    init(_ text: String, _ mark: Mark? = nil) {
        parts = text.isEmpty ? [] : [Part(text: text, mark: mark)]
    }

    private init(_ parts: [Part]) {
        self.parts = parts
    }

    static func + (first: RichText, second: RichText) -> RichText {
        RichText(first.parts + second.parts)
    }

    /// The text in a format that writes each part.
    func written(_ part: (Part) -> String) -> String {
        parts.map(part).joined()
    }
}

extension [RichText] {
    func joined(separator: String) -> RichText {
        guard let first else { return RichText("") }
        return dropFirst().reduce(first) { $0 + RichText(separator) + $1 }
    }
}

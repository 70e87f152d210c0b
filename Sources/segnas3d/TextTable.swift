/// Columns of text for a terminal.
struct TextTable {
    struct Column {
        var title: String
        var isRight: Bool

        static func left(_ title: String) -> Column { Column(title: title, isRight: false) }
        static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
    }

    var columns: [Column]
    var rows: [[String]]

    /// The titles and the rows, two spaces between columns.
    var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { index in all.map { $0[index].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { padded(row[$0], to: widths[$0], columns[$0]) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func padded(_ cell: String, to width: Int, _ column: Column) -> String {
        let space = String(repeating: " ", count: width - cell.count)
        return column.isRight ? space + cell : cell + space
    }
}

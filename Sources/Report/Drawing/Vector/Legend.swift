/// What the marks of a figure mean, in rows as wide as the figure.
struct Legend {
    struct Entry {
        /// Drawn from x = 0 to `sampleWidth`, around y = 0.
        let sample: [Element]
        let text: String
    }

    static let sampleWidth = 34.0
    private static let rowHeight = 21.0
    private static let style = TextStyle(colour: .muted, centered: false)

    var entries: [Entry]
    /// Sentences below the entries.
    var notes: [String] = []

    /// The narrowest that holds every entry.
    var leastWidth: Double { entries.map(Self.width).max() ?? 0 }

    /// Draws from the origin downwards: entries in columns, notes below.
    func drawn(width: Double) -> Drawing {
        let columns = max(1, min(entries.count, Int(width / max(1, leastWidth))))
        var drawing = Drawing(size: Point(x: width, y: 0))
        for (index, entry) in entries.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            let left = Double(column) * width / Double(columns)
            let place = Point(x: left, y: Double(row) * Self.rowHeight)
            drawing.elements.append(.group(Self.elements(entry), at: place))
            drawing.size.y = place.y + Self.rowHeight
        }
        for line in notes.flatMap({ wrapped($0, width: width, size: Self.style.size) }) {
            let base = Point(x: 0, y: drawing.size.y + 14)
            drawing.elements.append(.text(line, at: base, Self.style))
            drawing.size.y += Self.rowHeight - 3
        }
        return drawing
    }

    private static func elements(_ entry: Entry) -> [Element] {
        let text = Point(x: sampleWidth + 8, y: rowHeight / 2 + 4)
        return [
            .group(entry.sample, at: Point(x: 0, y: rowHeight / 2)),
            .text(entry.text, at: text, style),
        ]
    }

    private static func width(_ entry: Entry) -> Double {
        sampleWidth + 8 + style.width(of: entry.text) + 10
    }
}

extension Legend.Entry {
    /// An entry for a kind of arrow.
    init(_ stroke: Stroke, _ text: String) {
        let arrow = Arrow(from: Point(x: 0, y: 0), to: Point(x: Legend.sampleWidth, y: 0), stroke)
        self.init(sample: arrow.elements, text: text)
    }
}

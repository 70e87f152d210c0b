/// The colours of the figures, on light and on dark paper.
///
/// The hues are those of Okabe & Ito, which colour-blind readers tell apart, darkened or lightened until texts in
/// them stand out from the paper with a contrast of at least 4.5 to 1.
enum Colour: String, CaseIterable, Sendable {
    case paper
    case ink
    case muted
    case line
    case panel
    case blue
    case green
    case vermillion
    case purple
    case encoder
    case bottom
    case decoder
    case head

    var light: String {
        switch self {
        case .paper: "#ffffff"
        case .ink: "#1b1f24"
        case .muted: "#59636e"
        case .line: "#8c959f"
        case .panel: "#f6f8fa"
        case .blue: "#0067a3"
        case .green: "#007a5a"
        case .vermillion: "#b84a00"
        case .purple: "#9c3d74"
        case .encoder: "#e3f0fa"
        case .bottom: "#fdf1d8"
        case .decoder: "#e0f3ec"
        case .head: "#f8e8f1"
        }
    }

    var dark: String {
        switch self {
        case .paper: "#0d1117"
        case .ink: "#e6edf3"
        case .muted: "#9ba5b0"
        case .line: "#6e7681"
        case .panel: "#161b22"
        case .blue: "#56b4e9"
        case .green: "#2cc69a"
        case .vermillion: "#ff9a5c"
        case .purple: "#e59cc4"
        case .encoder: "#10263a"
        case .bottom: "#33270d"
        case .decoder: "#0d2b22"
        case .head: "#331a29"
        }
    }
}

/// The legend of a figure, in rows as wide as the figure.
struct Legend {
    struct Entry {
        /// A sample of the mark, from x = 0 to `sampleWidth`, around y = 0.
        let sample: [Element]
        let text: String
    }

    static let sampleWidth = 34.0
    private static let rowHeight = 21.0
    private static let style = TextStyle(colour: .muted, centered: false)

    var entries: [Entry]
    /// The sentences below the entries.
    var notes: [String] = []

    /// The smallest width that holds every entry.
    var minWidth: Double { entries.map(Self.width).max() ?? 0 }

    /// Draws from the origin downwards: entries in columns, notes below.
    func drawn(width: Double) -> Drawing {
        let columns = max(1, min(entries.count, Int(width / max(1, minWidth))))
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
    /// Makes an entry for a kind of arrow.
    init(_ stroke: Stroke, _ text: String) {
        let arrow = Arrow(from: Point(x: 0, y: 0), to: Point(x: Legend.sampleWidth, y: 0), stroke)
        self.init(sample: arrow.elements, text: text)
    }
}

internal import SegNASHost

/// Lines over the epochs of a training, drawn without a script: the same in a report and in a page that is watched.
struct CurveFigure: Hashable {
    /// A line through points by rising epochs; values that are not finite are left out.
    struct Line: Hashable {
        let name: String
        let points: [Place]
        var colour = Colour.blue
        var width = 2.0
        var dashes: String?

        /// Thins out more points than a drawing shows; the last one stays.
        init(
            _ name: String, _ points: [Place], colour: Colour = .blue, width: Double = 2,
            dashes: String? = nil
        ) {
            self.name = name
            let finite = points.filter { $0.value.isFinite }
            let step = max(1, (finite.count + Self.mostPoints - 1) / Self.mostPoints)
            self.points = finite.reversed().enumerated().filter { $0.offset % step == 0 }
                .map(\.element).reversed()
            (self.colour, self.width, self.dashes) = (colour, width, dashes)
        }

        private static let mostPoints = 400
    }

    /// An epoch, from 1, and a value.
    struct Place: Hashable {
        let epoch: Int
        let value: Double
    }

    let title: String
    let lines: [Line]
    /// The epochs that the axis has at least.
    var epochs = 1
    /// The values that the axis has at least.
    var range: ClosedRange<Double>?
    var width = 440.0
    var height = 230.0

    /// Colours and dashes that tell many lines apart, by their order.
    static func look(_ index: Int) -> (colour: Colour, dashes: String?) {
        let colours: [Colour] = [.blue, .vermillion, .green, .purple, .ink]
        let dashes: [String?] = [nil, "6 3", "2 3", "9 3 2 3"]
        return (
            colours[index % colours.count], dashes[index / colours.count % dashes.count]
        )
    }

    /// An `<svg>` element; nil without a point.
    func svg() -> String? {
        let shown = lines.filter { !$0.points.isEmpty }
        guard !shown.isEmpty else { return nil }
        let figure = CurveLayout(self, shown).drawing
        return figure.svg(title: title, description: words(shown))
    }

    private func words(_ shown: [Line]) -> String {
        shown.map { line in
            let last = line.points[line.points.count - 1]
            return "\(line.name): \(significant(last.value)) at epoch \(last.epoch)"
        }.joined(separator: "; ") + "."
    }
}

/// Where the parts of a figure of curves stand.
private struct CurveLayout {
    let figure: CurveFigure
    let lines: [CurveFigure.Line]
    let plot: Box
    let values: AxisTicks
    let epochs: AxisTicks
    /// The last epoch of the axis.
    let last: Int

    private static let style = TextStyle(size: 12, colour: .muted)

    init(_ figure: CurveFigure, _ lines: [CurveFigure.Line]) {
        self.figure = figure
        self.lines = lines
        let all = lines.flatMap(\.points)
        let known = all.map(\.value) + (figure.range.map { [$0.lowerBound, $0.upperBound] } ?? [])
        let (low, high) = (known.min() ?? 0, known.max() ?? 1)
        // A value that never changes stands in the middle.
        let room = low == high ? abs(low) / 4 : 0
        let values = AxisTicks(from: low - room, to: high + room, count: 4)
        self.values = values
        last = max(all.map(\.epoch).max() ?? 1, figure.epochs)
        epochs = AxisTicks(from: 0, to: Double(last), count: 5)
        let left =
            values.values.map { Self.style.width(of: decimal($0, values.places)) }.max() ?? 30
        plot = Box(
            left: left + 10, top: 12, width: figure.width - left - 26, height: figure.height - 52)
    }

    var drawing: Drawing {
        var drawing = Drawing(
            elements: axes + lines.map(drawn), size: Point(x: figure.width, y: figure.height))
        guard lines.count > 1 else { return drawing }
        let legend = Legend(
            entries: lines.map { line in
                var sample = Path(from: Point(x: 0, y: 0))
                sample.line(to: Point(x: Legend.sampleWidth, y: 0))
                return Legend.Entry(sample: [.path(sample, stroke(line))], text: line.name)
            }
        ).drawn(width: figure.width - 24)
        drawing.elements.append(.group(legend.elements, at: Point(x: 12, y: figure.height)))
        drawing.size.y += legend.size.y + 6
        return drawing
    }

    private func x(_ epoch: Double) -> Double {
        plot.left + plot.width * epoch / Double(last)
    }

    private func y(_ value: Double) -> Double {
        plot.bottom - plot.height * (value - values.low) / (values.high - values.low)
    }

    private func stroke(_ line: CurveFigure.Line) -> Stroke {
        Stroke(colour: line.colour, width: line.width, dashes: line.dashes)
    }

    /// A line, or a dot for a single epoch.
    private func drawn(_ line: CurveFigure.Line) -> Element {
        let places = line.points.map { Point(x: x(Double($0.epoch)), y: y($0.value)) }
        guard places.count > 1 else {
            return Element(
                "circle",
                [
                    ("cx", coordinate(places[0].x)), ("cy", coordinate(places[0].y)), ("r", "3"),
                    ("class", "sf-fill-\(line.colour)"),
                ])
        }
        var path = Path(from: places[0])
        for place in places.dropFirst() { path.line(to: place) }
        return .path(path, stroke(line))
    }

    private var axes: [Element] {
        let rows = values.values.flatMap { value in
            let text = decimal(value, values.places)
            let left = plot.left - 6 - Self.style.width(of: text) / 2
            return [
                straight(Point(x: plot.left, y: y(value)), Point(x: plot.right, y: y(value)), 0.4),
                Element.text(text, at: Point(x: left, y: y(value) + 4), Self.style),
            ]
        }
        let whole = epochs.values.filter { $0 == $0.rounded() && Int($0) <= last }
        let columns = whole.map { epoch in
            Element.text(
                "\(Int(epoch))", at: Point(x: x(epoch), y: plot.bottom + 16), Self.style)
        }
        let title = Element.text(
            "epoch", at: Point(x: plot.center.x, y: plot.bottom + 33), Self.style)
        let base = straight(
            Point(x: plot.left, y: plot.bottom), Point(x: plot.right, y: plot.bottom), 1)
        return rows + columns + [title, base]
    }

    private func straight(_ from: Point, _ to: Point, _ width: Double) -> Element {
        var path = Path(from: from)
        path.line(to: to)
        return .path(path, Stroke(colour: .line, width: width))
    }
}

internal import SegNASHost

extension EvolutionFigure {
    var drawing: Drawing {
        let layout = EvolutionLayout(self)
        return Drawing(elements: layout.elements, size: layout.size)
    }
}

/// Where things of an evolution stand.
private struct EvolutionLayout {
    let figure: EvolutionFigure
    let plot = Box(left: 132, top: 18, width: 560, height: 300)
    let ticks: AxisTicks
    let iterationTicks: AxisTicks

    private static let rowHeight = 16.0

    init(_ figure: EvolutionFigure) {
        self.figure = figure
        let dice = figure.points.map(\.dice)
        ticks = AxisTicks(from: dice.min() ?? 0, to: dice.max() ?? 1)
        iterationTicks = AxisTicks(from: 0, to: Double(figure.iterations))
    }

    var size: Point { Point(x: plot.right + 18, y: bandTop + bandHeight + 46) }

    private var bandTop: Double { plot.bottom + 8 }
    private var bandHeight: Double { Double(figure.bands.count) * Self.rowHeight }

    private func x(_ iteration: Int) -> Double {
        plot.left + plot.width * Double(iteration) / max(1, iterationTicks.high)
    }

    private func y(_ dice: Double) -> Double {
        plot.bottom - plot.height * (dice - ticks.low) / (ticks.high - ticks.low)
    }

    var elements: [Element] { axes + band + [line] + points + titles }

    private var points: [Element] {
        figure.points.map { point in
            Element(
                "circle",
                [
                    ("cx", coordinate(x(point.iteration))), ("cy", coordinate(y(point.dice))),
                    ("r", "2.6"), ("class", "sf-fill-blue"),
                ])
        }
    }

    /// Steps: the best stays until a better one comes.
    private var line: Element {
        let records = figure.records
        var path = Path(from: Point(x: x(records[0].iteration), y: y(records[0].dice)))
        for (before, record) in zip(records, records.dropFirst()) {
            path.line(to: Point(x: x(record.iteration), y: y(before.dice)))
            path.line(to: Point(x: x(record.iteration), y: y(record.dice)))
        }
        path.line(to: Point(x: x(figure.iterations), y: y(records[records.count - 1].dice)))
        return .path(path, Stroke(colour: .vermillion, width: 2))
    }

    private var axes: [Element] {
        let style = TextStyle(size: 12, colour: .muted)
        let horizontal = ticks.values.flatMap { value in
            let text = decimal(value, ticks.places)
            let left = plot.left - 8 - style.width(of: text) / 2
            return [
                straight(Point(x: plot.left, y: y(value)), Point(x: plot.right, y: y(value)), 0.4),
                Element.text(text, at: Point(x: left, y: y(value) + 4), style),
            ]
        }
        let base = bandTop + bandHeight
        let vertical = iterationTicks.values.map { value in
            Element.text("\(Int(value))", at: Point(x: x(Int(value)), y: base + 16), style)
        }
        return horizontal + vertical
            + [straight(Point(x: plot.left, y: base), Point(x: plot.right, y: base), 1)]
    }

    private func straight(_ from: Point, _ to: Point, _ width: Double) -> Element {
        var path = Path(from: from)
        path.line(to: to)
        return .path(path, Stroke(colour: .line, width: width))
    }

    private var band: [Element] {
        let style = TextStyle(size: 12, colour: .muted)
        return figure.bands.enumerated().flatMap { index, band in
            let middle = bandTop + (Double(index) + 0.5) * Self.rowHeight
            let text = "\(band.name) (\(band.iterations.count))"
            let marks = band.iterations.map { iteration in
                var path = Path(from: Point(x: x(iteration), y: middle - 4))
                path.line(to: Point(x: x(iteration), y: middle + 4))
                return Element.path(path, Stroke(colour: .muted, width: 1))
            }
            let left = plot.left - 8 - style.width(of: text) / 2
            return [Element.text(text, at: Point(x: left, y: middle + 4), style)] + marks
        }
    }

    private var titles: [Element] {
        let bottom = bandTop + bandHeight + 36
        return [
            .text("iteration", at: Point(x: plot.center.x, y: bottom)),
            .text(
                "validation Dice", at: Point(x: plot.left, y: 12), TextStyle(centered: false)),
        ]
    }
}

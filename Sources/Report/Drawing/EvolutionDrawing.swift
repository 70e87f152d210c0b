internal import Glibc
internal import SegNASHost

extension EvolutionFigure {
    var drawing: Drawing {
        let layout = EvolutionLayout(self)
        let graph = Drawing(elements: layout.elements, size: layout.size)
        return .stacked(
            [graph, legend.drawn(width: layout.plot.width)], width: layout.size.x, margin: 8)
    }

    private var legend: Legend {
        var line = Path(from: Point(x: 0, y: 0))
        line.line(to: Point(x: Legend.sampleWidth, y: 0))
        var stroke = Path(from: Point(x: Legend.sampleWidth / 2, y: -4))
        stroke.line(to: Point(x: Legend.sampleWidth / 2, y: 4))
        let middle = Point(x: Legend.sampleWidth / 2, y: 0)
        let known = [
            Legend.Entry(
                sample: [EvolutionLayout.point(at: middle)],
                text: "completed trial (\(completed.count))"),
            Legend.Entry(
                sample: [.path(line, Stroke(colour: .vermillion, width: 2))], text: "best so far"),
        ]
        let other = Legend.Entry(
            sample: [.path(stroke, Stroke(colour: .muted, width: 1))], text: "any other trial")
        return Legend(entries: known + (bands.isEmpty ? [] : [other]))
    }
}

/// The layout of an evolution.
private struct EvolutionLayout {
    let figure: EvolutionFigure
    let plot = Box(left: 132, top: 18, width: 560, height: 300)
    let ticks: AxisTicks
    let trialTicks: AxisTicks

    private static let rowHeight = 16.0

    init(_ figure: EvolutionFigure) {
        self.figure = figure
        let dice = figure.completed.map(\.dice)
        ticks = AxisTicks(from: dice.min() ?? 0, to: dice.max() ?? 1)
        trialTicks = AxisTicks(from: 0, to: Double(figure.trialCount))
    }

    var size: Point { Point(x: plot.right + 18, y: bandTop + bandHeight + 46) }

    private var bandTop: Double { plot.bottom + 8 }
    private var bandHeight: Double { Double(figure.bands.count) * Self.rowHeight }

    private func x(_ trial: Int) -> Double {
        plot.left + plot.width * Double(trial) / max(1, trialTicks.high)
    }

    private func y(_ dice: Double) -> Double {
        plot.bottom - plot.height * (dice - ticks.low) / (ticks.high - ticks.low)
    }

    var elements: [Element] { axes + band + [line] + points + titles }

    private var points: [Element] {
        figure.completed.map { Self.point(at: Point(x: x($0.number), y: y($0.dice))) }
    }

    /// The mark of a completed trial.
    static func point(at place: Point) -> Element {
        Element(
            "circle",
            [
                ("cx", coordinate(place.x)), ("cy", coordinate(place.y)), ("r", "2.6"),
                ("class", "sf-fill-blue"),
            ])
    }

    /// The line of the best so far, in steps.
    private var line: Element {
        let records = figure.records
        var path = Path(from: Point(x: x(records[0].number), y: y(records[0].dice)))
        for (before, record) in zip(records, records.dropFirst()) {
            path.line(to: Point(x: x(record.number), y: y(before.dice)))
            path.line(to: Point(x: x(record.number), y: y(record.dice)))
        }
        path.line(to: Point(x: x(figure.trialCount), y: y(records[records.count - 1].dice)))
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
        let vertical = trialTicks.values.map { value in
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
            let text = "\(band.name) (\(band.trials.count))"
            let marks = band.trials.map { trial in
                var path = Path(from: Point(x: x(trial), y: middle - 4))
                path.line(to: Point(x: x(trial), y: middle + 4))
                return Element.path(path, Stroke(colour: .muted, width: 1))
            }
            let left = plot.left - 8 - style.width(of: text) / 2
            return [Element.text(text, at: Point(x: left, y: middle + 4), style)] + marks
        }
    }

    private var titles: [Element] {
        let bottom = bandTop + bandHeight + 36
        return [
            .text("trial", at: Point(x: plot.center.x, y: bottom)),
            .text(
                "validation Dice", at: Point(x: plot.left, y: 12), TextStyle(centered: false)),
        ]
    }
}

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.
struct AxisTicks: Hashable {
    let values: [Double]
    /// The number of decimals that distinguishes them.
    let places: Int

    var low: Double { values[0] }
    var high: Double { values[values.count - 1] }

    /// Makes about `count` ticks around a range.
    init(from low: Double, to high: Double, count: Int = 5) {
        let span = high > low ? high - low : max(abs(high), 1) * 0.1
        let rough = span / Double(count)
        let power = pow(10, log10(rough).rounded(.down))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
        let step = factor * power
        let first = Int((low / step + 1e-9).rounded(.down))
        let last = Int((max(high, low + span) / step - 1e-9).rounded(.up))
        values = (first...last).map { Double($0) * step }
        places = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
    }
}

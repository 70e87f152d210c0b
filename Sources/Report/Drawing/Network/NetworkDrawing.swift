internal import SegNASHost
internal import SegNASSearch

extension NetworkFigure {
    private static let margin = 16.0

    /// The drawing of the U, its legend, and the inside of a block if there is a graph.
    var drawing: Drawing {
        let shape = shape
        let width = max(shape.size.x, legend.minWidth, minPanelWidth)
        let parts = [shape, legend.drawn(width: width), panel(width: width)].compactMap(\.self)
        return .stacked(parts, width: width, margin: Self.margin)
    }

    private var legend: Legend {
        let residual = Element.sum(at: Point(x: Legend.sampleWidth / 2, y: 0), radius: 7)
        let entries: [Legend.Entry?] = [
            .init(NetworkArrows.descent, descentWords),
            .init(NetworkArrows.ascent, ascentWords),
            .init(NetworkArrows.copy, Self.copyWords),
            family.isSupervised ? .init(NetworkArrows.supervision, Self.supervisionWords) : nil,
            family.isResidual ? .init(sample: [residual], text: Self.residualWords) : nil,
        ]
        return Legend(entries: entries.compactMap(\.self))
    }
}

// MARK: - The U

extension NetworkFigure {
    private var shape: Drawing {
        let layout = NetworkLayout(self)
        let arrows = NetworkArrows(layout: layout)
        let elements =
            (family.isSupervised ? supervision(arrows) : [])
            + (arrows.copies + arrows.descents + arrows.ascents + arrows.ends).flatMap(\.elements)
            + boxes(layout) + words("image", inputWords, above: layout.encoders[0])
            + words("segmentation", outputWords, above: layout.head)
        let bounds = layout.bounds
        let top = bounds.top - NetworkLayout.levelGap - 2 * NetworkLayout.lineHeight
        let right = family.isSupervised ? layout.bypass + 4 : bounds.right
        return Drawing(
            elements: [.group(elements, at: Point(x: -bounds.left, y: -top))],
            size: Point(x: right - bounds.left, y: bounds.bottom - top))
    }

    /// Two lines of text at the far end of an arrow above a box.
    private func words(_ name: String, _ detail: String, above box: Box) -> [Element] {
        let base = Point(x: box.center.x, y: box.top - NetworkLayout.levelGap - 5)
        let higher = base - Point(x: 0, y: NetworkLayout.lineHeight)
        return [
            .text(name, at: higher, NetworkLayout.nameStyle),
            .text(detail, at: base, NetworkLayout.lineStyle),
        ]
    }

    /// The paths of deep supervision, each with the factor of its upsampling.
    private func supervision(_ arrows: NetworkArrows) -> [Element] {
        let style = TextStyle(colour: .purple, centered: false)
        let paths = arrows.branches + [arrows.supervision.shaft]
        let factors = paths.enumerated().map { index, path in
            Element.text(
                "×" + plan.levels.factor(atLevel: index + 1).shortText,
                at: path.start + Point(x: 8, y: -5), style)
        }
        return arrows.branches.map { .path($0, NetworkArrows.supervision) }
            + arrows.supervision.elements + factors
    }
}

// MARK: - Boxes

extension NetworkFigure {
    private func boxes(_ layout: NetworkLayout) -> [Element] {
        let bottom = levels.count - 1
        let stages = levels.indices.flatMap { index in
            let level = levels[index]
            let encoder = stage(
                lines(of: level.encoder), layout.encoders[index],
                fill: index == bottom ? .bottom : .encoder)
            let decoder = level.decoder.map {
                stage(lines(of: $0), layout.decoders[index], fill: .decoder)
            }
            return encoder + (decoder ?? [])
        }
        let head = Self.box(headLines, layout.head, fill: .head, title: false)
        return stages + head
    }

    /// A box, with the mark of a residual connection on its corner if there is one.
    private func stage(_ lines: [String], _ box: Box, fill: Colour) -> [Element] {
        let corner = Point(x: box.right - 3, y: box.bottom - 3)
        return Self.box(lines, box, fill: fill, title: true)
            + (family.isResidual ? [.sum(at: corner, radius: 7)] : [])
    }

    private static func box(
        _ lines: [String], _ box: Box, fill: Colour, title: Bool
    ) -> [Element] {
        let height = NetworkLayout.lineHeight
        let first = box.center.y - height * Double(lines.count - 1) / 2 + 4
        let stroke = Stroke(colour: .line, width: 1.2)
        return [.rectangle(box, fill: fill, stroke: stroke, radius: 7)]
            + lines.enumerated().map { index, line in
                let base = Point(x: box.center.x, y: first + height * Double(index))
                let isName = title && index == 0
                return Element.text(
                    line, at: base, isName ? NetworkLayout.nameStyle : NetworkLayout.lineStyle)
            }
    }
}

extension NetworkFigure {
    private static let panelMargin = 14.0

    /// The inside of a block in a frame: its graph, dropout and residual sum, and the legend.
    func panel(width: Double) -> Drawing? {
        guard let block, let chain else { return nil }
        let inner = width - 2 * Self.panelMargin
        let parts = [Self.heading(width: inner), chain, block.legend.drawn(width: inner)]
        var panel = Drawing.stacked(parts, width: inner, margin: Self.panelMargin)
        panel.elements.insert(Self.frame(panel.size), at: 0)
        return panel
    }

    /// The smallest width of the panel.
    var minPanelWidth: Double {
        guard let block, let chain else { return 0 }
        return max(chain.size.x, block.legend.minWidth) + 2 * Self.panelMargin
    }

    private var chain: Drawing? {
        block.map { block in
            BlockChain(
                block, dropout: dropout.map { "dropout \(significant($0))" },
                isResidual: family.isResidual
            )
            .drawing
        }
    }

    private static func heading(width: Double) -> Drawing {
        let style = TextStyle(size: 13, bold: true, centered: false)
        let text = Element.text("Inside each block", at: Point(x: 0, y: 11), style)
        return Drawing(elements: [text], size: Point(x: width, y: 12))
    }

    private static func frame(_ size: Point) -> Element {
        let box = Box(left: 0, top: 0, width: size.x, height: size.y)
        return .rectangle(box, fill: .paper, stroke: Stroke(colour: .line, width: 1), radius: 8)
    }
}

extension BlockLayout {
    /// The elements: edges below nodes below texts; the first node is centred on the origin.
    func elements(_ figure: BlockFigure) -> [Element] {
        arrows.flatMap(\.elements)
            + nodes.indices.flatMap { index in
                Self.node(index + 1, of: figure, nodes[index])
            } + labels.map(Self.text)
    }

    private static func text(_ label: Label) -> Element {
        var style = labelStyle
        style.colour = label.colour
        return .text(label.text, at: Point(x: label.box.center.x, y: label.box.bottom - 4), style)
    }

    private static func node(_ number: Int, of figure: BlockFigure, _ box: Box) -> [Element] {
        let style = TextStyle(size: 13, bold: true)
        let stroke = figure.fault(of: number) == nil ? Stroke(colour: .ink) : faultStroke
        let isEnd = number == 1 || number == figure.nodes
        return [
            .rectangle(box, fill: isEnd ? .encoder : .panel, stroke: stroke, radius: 9),
            .text("\(number)", at: box.center + Point(x: 0, y: 4.5), style),
        ]
    }

    static let faultStroke = Stroke(colour: .vermillion, width: 2.4, dashes: "4 3")
}

extension BlockFigure {
    private static let margin = 14.0

    /// The drawing of the graph between its input and its output, with the legend below it.
    var drawing: Drawing {
        let graph = BlockChain(self).drawing
        let width = max(graph.size.x, legend.minWidth, 350)
        return .stacked([graph, legend.drawn(width: width)], width: width, margin: Self.margin)
    }
}

extension BlockFigure {
    /// The legend of the operations and faults that occur.
    var legend: Legend {
        let operations = Set(edges.map(\.operation)).sorted { $0.rank < $1.rank }
        let entries = operations.map { Legend.Entry($0.stroke, $0.meaning) }
        return Legend(entries: entries + faultyNodes.map(Self.entry), notes: notes)
    }

    private static func entry(_ faulty: (node: Int, fault: Fault)) -> Legend.Entry {
        let middle = Point(x: Legend.sampleWidth / 2, y: 0)
        let box = Box(center: middle, width: 22, height: 15)
        return Legend.Entry(
            sample: [
                .rectangle(box, fill: .panel, stroke: BlockLayout.faultStroke, radius: 5)
            ], text: "node \(faulty.node) \(faulty.fault.words)")
    }
}

extension BlockFigure.Operation {
    /// The stroke: colour and width follow the kernel, and dilated kernels have dashed lines.
    var stroke: Stroke {
        switch self {
        case .convolution(let kernel, let dilation):
            Stroke(
                colour: Self.colour(kernel: kernel), width: kernel < 5 ? 1.8 : 2.4,
                dashes: dilation == 1 ? nil : "7 4")
        case .skip: Stroke(colour: .muted, width: 1.6, dashes: "1.5 3.5")
        case .projection: Stroke(colour: .muted, width: 1.6, dashes: "8 3 1.5 3")
        case .any: Stroke(colour: .ink)
        }
    }

    private static func colour(kernel: Int) -> Colour {
        switch kernel {
        case 1: .green
        case 3: .blue
        case 5: .vermillion
        default: .purple
        }
    }
}

extension BlockFigure.Operation {
    /// The rank in the legend: convolutions from small to large, then skips.
    var rank: (Int, Int) {
        switch self {
        case .convolution(let kernel, let dilation): (dilation, kernel)
        case .skip: (.max, 0)
        case .projection: (.max, 1)
        case .any: (.max, 2)
        }
    }
}

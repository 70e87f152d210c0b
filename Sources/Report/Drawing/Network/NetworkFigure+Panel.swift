internal import SegNASSearch

extension NetworkFigure {
    private static let margin = 14.0

    /// The inside of a block in a frame: its graph, what follows the graph, and the legend.
    func panel(width: Double) -> Drawing? {
        guard let block, let chain else { return nil }
        let inner = width - 2 * Self.margin
        let parts = [Self.heading(width: inner), chain, block.legend.drawn(width: inner)]
        var panel = Drawing.stacked(parts, width: inner, margin: Self.margin)
        panel.elements.insert(Self.frame(panel.size), at: 0)
        return panel
    }

    /// Of a panel that holds all of it.
    var leastPanelWidth: Double {
        guard let block, let chain else { return 0 }
        return max(chain.size.x, block.legend.leastWidth) + 2 * Self.margin
    }

    private var chain: Drawing? {
        block.map { block in
            BlockChain(
                block, dropout: dropout.map { "dropout \($0)" }, isResidual: family.isResidual
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

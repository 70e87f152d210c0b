/// A block's graph between its input and its output, followed by dropout and the residual sum if it has them.
struct BlockChain {
    private static let style = TextStyle(colour: .muted, centered: false)
    private static let stroke = Stroke(colour: .ink)
    private static let step = 22.0

    private let layout: BlockLayout
    private var elements: [Element]
    private var bounds: Box
    /// The right end of the last element.
    private var x: Double

    init(_ block: BlockFigure, dropout: String? = nil, isResidual: Bool = false) {
        layout = BlockLayout(block)
        elements = layout.elements(block)
        bounds = layout.bounds
        x = layout.nodes[layout.nodes.count - 1].right
        let fork = begin(isResidual: isResidual)
        if let dropout { add(dropout) }
        if isResidual { addSum(from: fork) }
        finish()
    }

    /// The drawing, whose origin is its upper left corner.
    var drawing: Drawing {
        let origin = Point(x: -bounds.left, y: -bounds.top)
        return Drawing(
            elements: [.group(elements, at: origin)],
            size: Point(x: bounds.width, y: bounds.height))
    }
}

extension BlockChain {
    /// Draws an arrow to the first node and returns the point at which a residual connection forks off.
    private mutating func begin(isResidual: Bool) -> Point {
        let node = layout.nodes[0]
        let start = Point(x: node.left - Self.step - (isResidual ? 12 : 0), y: 0)
        elements += Arrow(from: start, to: Point(x: node.left, y: 0), Self.stroke).elements
        write("input", from: start.x - 6 - Self.style.width(of: "input"))
        return start + Point(x: 12, y: 0)
    }

    private mutating func finish() {
        advance()
        write("output", from: x + 6)
    }

    private mutating func add(_ text: String) {
        advance()
        let width = Self.style.width(of: text) + 16
        let box = Box(left: x, top: -12, width: width, height: 24)
        elements += [
            .rectangle(
                box, fill: .panel, stroke: Stroke(colour: .line, width: 1.2), radius: 12),
            .text(text, at: Point(x: box.center.x, y: 4)),
        ]
        x = box.right
    }

    /// Draws an arrow to the next element.
    private mutating func advance() {
        let next = x + Self.step
        elements += Arrow(from: Point(x: x, y: 0), to: Point(x: next, y: 0), Self.stroke).elements
        x = next
    }

    private mutating func write(_ text: String, from left: Double) {
        elements.append(.text(text, at: Point(x: left, y: 4), Self.style))
        let width = Self.style.width(of: text)
        bounds = bounds.union(Box(left: left, top: -8, width: width, height: 16))
    }
}

// MARK: - Residual connections

extension BlockChain {
    private static let radius = 9.0

    /// Draws a sum, and the way around the graph that leads into it.
    private mutating func addSum(from fork: Point) {
        advance()
        let center = Point(x: x + Self.radius, y: 0)
        let detour = detour(from: fork, to: center)
        elements += detour.elements + [.sum(at: center, radius: Self.radius)]
        elements.append(
            .text(
                "residual", at: Point(x: (fork.x + center.x) / 2, y: bounds.bottom + 15),
                TextStyle(colour: .muted)))
        bounds.bottom += 24
        x = center.x + Self.radius
    }

    /// The way around the graph, below everything, with room for its label above it.
    private func detour(from fork: Point, to sum: Point) -> Arrow {
        let level = bounds.bottom + 22
        let corner = 18.0
        var path = Path(from: fork)
        path.line(to: Point(x: fork.x, y: level - corner))
        path.quarter(to: Point(x: fork.x + corner, y: level), leavingUpright: true)
        path.line(to: Point(x: sum.x - corner, y: level))
        path.quarter(to: Point(x: sum.x, y: level - corner), leavingUpright: false)
        path.line(to: Point(x: sum.x, y: sum.y + Self.radius + Arrow.headLength))
        return Arrow(shaft: path, stroke: Self.stroke)
    }
}

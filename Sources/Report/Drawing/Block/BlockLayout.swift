/// Where everything of a block stands; the first node is centred on the origin.
///
/// Invariant: a label touches neither another label nor a node nor an arrow, and lies beside its own.
struct BlockLayout {
    struct Label: Hashable {
        let text: String
        let box: Box
        let colour: Colour
    }

    static let labelStyle = TextStyle()
    static let nodeHeight = 32.0

    let nodes: [Box]
    let arrows: [Arrow]
    let labels: [Label]

    /// Widens the distance between nodes until all labels find room.
    ///
    /// It ends: between two nodes arcs rise and fall only within the width of their corners.
    init(_ figure: BlockFigure) {
        let ports = BlockPorts(figure)
        var gap = Self.leastGap(figure)
        while true {
            if let layout = BlockLayout(figure, ports, pitch: ports.nodeWidth + gap) {
                self = layout
                return
            }
            gap += 8
        }
    }

    /// Nothing if a label finds no room.
    private init?(_ figure: BlockFigure, _ ports: BlockPorts, pitch: Double) {
        nodes = (0..<figure.nodes).map { index in
            let center = Point(x: Double(index) * pitch, y: 0)
            return Box(center: center, width: ports.nodeWidth, height: Self.nodeHeight)
        }
        arrows = Self.arrows(figure, ports, nodes)
        guard let boxes = LabelRooms(figure, ports.tracks, arrows).boxes() else { return nil }
        labels = zip(figure.edges, boxes).map { edge, box in
            Label(text: edge.label, box: box, colour: edge.operation.stroke.colour)
        }
    }

    /// The room that all of it takes.
    var bounds: Box {
        let boxes = labels.map(\.box) + arrows.map { Box(holding: $0.points()) }
        return boxes.reduce(nodes[0].union(nodes[nodes.count - 1])) { $0.union($1) }
    }

    /// As much as the labels between neighbours need, and never so little that arrows are all head.
    private static func leastGap(_ figure: BlockFigure) -> Double {
        let straight = figure.edges.filter { $0.to == $0.from + 1 }
        let widths = straight.map { labelStyle.width(of: $0.label) + 14 }
        return max(56, widths.max() ?? 0)
    }
}

// MARK: - Arrows

extension BlockLayout {
    static func arrows(_ figure: BlockFigure, _ ports: BlockPorts, _ nodes: [Box]) -> [Arrow] {
        figure.edges.indices.map { index in
            let edge = figure.edges[index]
            let (first, last) = (nodes[edge.from - 1], nodes[edge.to - 1])
            let stroke = edge.operation.stroke
            guard ports.tracks[index] != 0 else {
                return Arrow(
                    from: Point(x: first.right, y: 0), to: Point(x: last.left, y: 0), stroke)
            }
            let (start, end) = (ports.starts[index], ports.ends[index])
            let path = arc(
                from: first.center.x + start, to: last.center.x + end, track: ports.tracks[index])
            return Arrow(shaft: path, stroke: stroke)
        }
    }

    /// Rises from a node's edge, runs level on its track and comes down to where its head begins.
    private static func arc(from start: Double, to end: Double, track: Int) -> Path {
        let side = track > 0 ? -1.0 : 1.0
        let level = side * (nodeHeight / 2 + 26 * Double(abs(track)))
        let corner = min(24 + 8 * Double(abs(track)), 0.35 * (end - start))
        let foot = side * (nodeHeight / 2 + Arrow.headLength)
        var path = Path(from: Point(x: start, y: side * nodeHeight / 2))
        path.line(to: Point(x: start, y: foot))
        path.quarter(to: Point(x: start + corner, y: level), leavingUpright: true)
        path.line(to: Point(x: end - corner, y: level))
        path.quarter(to: Point(x: end, y: foot), leavingUpright: false)
        return path
    }
}

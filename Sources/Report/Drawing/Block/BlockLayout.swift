/// The layout of a block; the first node is centred on the origin.
///
/// Invariant: a label touches neither another label nor a node nor an arrow, and lies beside its arrow.
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
        var gap = Self.minGap(figure)
        while true {
            if let layout = BlockLayout(figure, ports, pitch: ports.nodeWidth + gap) {
                self = layout
                return
            }
            gap += 8
        }
    }

    /// Makes the layout at a distance of nodes; nil if a label finds no room.
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

    /// The box around everything.
    var bounds: Box {
        let boxes = labels.map(\.box) + arrows.map { Box(holding: $0.points()) }
        return boxes.reduce(nodes[0].union(nodes[nodes.count - 1])) { $0.union($1) }
    }

    /// The smallest gap that holds the labels between neighbours, and arrows longer than their heads.
    private static func minGap(_ figure: BlockFigure) -> Double {
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

    /// A path that rises from a node's edge, runs level on its track and descends to the arrow's head.
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

/// The track of each edge, and the points at which it leaves and reaches its nodes.
struct BlockPorts {
    private static let spacing = 9.0

    /// The track of each edge: 0 is straight, 1, 2 … arcs over the row, −1, −2 … under it.
    let tracks: [Int]
    /// The offsets from the node's middle at which edges leave.
    private(set) var starts: [Double]
    /// The offsets from the node's middle at which edges arrive.
    private(set) var ends: [Double]
    private(set) var nodeWidth = 36.0

    init(_ figure: BlockFigure) {
        let edges = figure.edges
        tracks = Self.tracks(edges)
        starts = edges.map { _ in 0 }
        ends = starts
        for node in 1...figure.nodes {
            for side in [1, -1] { spread(edges, at: node, side: side) }
        }
    }

    private static func tracks(_ edges: [BlockFigure.Edge]) -> [Int] {
        let arcs = ArcSides(edges.filter { $0.to - $0.from > 1 }.map { ($0.from, $0.to) })
        let tracks = arcs.tracks()
        return edges.map { edge in
            let index = arcs.arcs.firstIndex { $0.from == edge.from && $0.to == edge.to }
            return index.map { tracks[$0] } ?? 0
        }
    }

    /// Spreads the edges of a node: arrivals left of departures, outer arcs inside inner ones, so that none cross.
    private mutating func spread(_ edges: [BlockFigure.Edge], at node: Int, side: Int) {
        let arcs = edges.indices.filter { tracks[$0] * side > 0 }
        let arrivals = arcs.filter { edges[$0].to == node }
        let departures = arcs.filter { edges[$0].from == node }
        let count = arrivals.count + departures.count
        let places = (0..<count).map { Self.spacing * (Double($0) - Double(count - 1) / 2) }
        // Edges are in the order of their nodes.
        for (arc, place) in zip(arrivals.reversed(), places) { ends[arc] = place }
        for (arc, place) in zip(departures.reversed(), places.suffix(departures.count)) {
            starts[arc] = place
        }
        nodeWidth = max(nodeWidth, Double(count - 1) * Self.spacing + 18)
    }
}

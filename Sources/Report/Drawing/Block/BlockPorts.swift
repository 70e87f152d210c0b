/// On which track each edge runs and where it leaves and reaches its nodes.
struct BlockPorts {
    private static let spacing = 9.0

    /// For each edge of the figure: 0 is straight, 1, 2 … arcs over the row, −1, −2 … under it.
    let tracks: [Int]
    /// Where each edge leaves its node, to the right of the node's middle.
    private(set) var starts: [Double]
    /// Where each edge reaches its node, to the right of the node's middle.
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

    /// Arrivals stand left of departures, outer arcs inside inner ones: so none of them cross.
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

/// Finds a place for each label along its edge: straight ones bear it in the middle, arcs where it is free.
struct LabelRooms {
    private static let height = 15.0
    /// Between a line and its label.
    private static let distance = 3.0
    /// Between a label and the lines of others.
    private static let clearance = 3.0

    private let edges: [BlockFigure.Edge]
    private let tracks: [Int]
    private let arrows: [Arrow]
    private let points: [[Point]]

    init(_ figure: BlockFigure, _ tracks: [Int], _ arrows: [Arrow]) {
        edges = figure.edges
        self.tracks = tracks
        self.arrows = arrows
        points = arrows.map { $0.points() }
    }

    /// A box for each edge; nothing if one of them has no room.
    func boxes() -> [Box]? {
        let boxes = edges.indices.compactMap(box)
        return boxes.count == edges.count ? boxes : nil
    }

    /// As near the middle of its edge as other edges let it.
    private func box(_ index: Int) -> Box? {
        let width = BlockLayout.labelStyle.width(of: edges[index].label)
        let stretch = level(index)
        let over = tracks[index] >= 0
        let middle = stretch.y + (over ? -1 : 1) * (Self.distance + Self.height / 2)
        let center = Point(x: (stretch.left + stretch.right) / 2, y: middle)
        let best = Box(center: center, width: width, height: Self.height)
        let slack = (stretch.right - stretch.left - width) / 2
        guard slack >= 0 else { return nil }
        let taken = obstacles(for: index, beside: best)
        return Self.shifts(upTo: slack).lazy.map { best.moved(by: Point(x: $0, y: 0)) }
            .first { box in taken.allSatisfy { $0 <= box.left || box.right <= $0 } }
    }

    /// The level part of an edge: all of a straight one, the third piece of an arc.
    private func level(_ index: Int) -> (left: Double, right: Double, y: Double) {
        let shaft = arrows[index].shaft
        guard case .line(let end)? = shaft.pieces.dropFirst(2).first else {
            return (shaft.start.x, arrows[index].tip.x, shaft.start.y)
        }
        let start = shaft.start.x + shaft.end.x - end.x
        return (start, end.x, end.y)
    }

    /// Where along the row other edges pass through the label's height, a clearance added on both sides.
    private func obstacles(for index: Int, beside box: Box) -> [Double] {
        let band = box.grown(by: Self.clearance)
        return points.indices.filter { $0 != index }.flatMap { other in
            points[other].filter { band.top < $0.y && $0.y < band.bottom }
                .flatMap { [$0.x - Self.clearance, $0.x + Self.clearance] }
        }
    }

    /// Ever further to both sides: 0, 2, −2, 4, −4.
    private static func shifts(upTo slack: Double) -> [Double] {
        [0] + stride(from: 2, through: slack, by: 2).flatMap { [$0, -$0] }
    }
}

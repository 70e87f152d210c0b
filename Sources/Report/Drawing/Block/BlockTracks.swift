/// The sides of the row of nodes on which arcs go, so that as few as possible cross.
///
/// Two arcs cross if they are on one side and one begins inside the other and ends outside. All choices are
/// tried, at most 2¹⁵; among those with the fewest crossings the flattest drawing wins, then the one with
/// more arcs over the row.
struct ArcSides {
    /// The arcs from the shortest to the longest, so that outer arcs come after those inside them.
    let arcs: [(from: Int, to: Int)]

    init(_ arcs: [(from: Int, to: Int)]) {
        self.arcs = arcs.sorted { ($0.to - $0.from, $0.from) < ($1.to - $1.from, $1.from) }
    }

    /// The track of each arc: 1, 2 … over the nodes, −1, −2 … under.
    func tracks() -> [Int] {
        let crossings = crossingMasks()
        let choices = (0..<UInt32(1) << arcs.count).map { under in
            (under: under, count: Self.crossings(crossings, under: under))
        }
        let fewest = choices.map(\.count).min() ?? 0
        let candidates = choices.filter { $0.count == fewest }.map { candidate in
            (under: candidate.under, tracks: tracks(under: candidate.under))
        }
        let best = candidates.min { cost($0.tracks, $0.under) < cost($1.tracks, $1.under) }
        return best?.tracks ?? []
    }

    private func cost(_ tracks: [Int], _ under: UInt32) -> (Int, Int, UInt32) {
        let height = max(0, tracks.max() ?? 0) - min(0, tracks.min() ?? 0)
        return (height, under.nonzeroBitCount, under)
    }
}

extension ArcSides {
    /// A mask for each arc: bit j of mask i is set if arcs i and j cross when both are on one side.
    private func crossingMasks() -> [UInt32] {
        arcs.map { arc in
            arcs.indices.reduce(0) { mask, other in
                crosses(arc, arcs[other]) ? mask | 1 << UInt32(other) : mask
            }
        }
    }

    private func crosses(_ a: (from: Int, to: Int), _ b: (from: Int, to: Int)) -> Bool {
        a.from < b.from && b.from < a.to && a.to < b.to
            || b.from < a.from && a.from < b.to && b.to < a.to
    }

    private static func crossings(_ masks: [UInt32], under: UInt32) -> Int {
        masks.indices.reduce(0) { count, arc in
            let side = under >> UInt32(arc) & 1 == 1 ? under : ~under
            return count + (masks[arc] & side).nonzeroBitCount
        } / 2
    }

    /// Every arc runs further out than all shorter ones that share a stretch of its side.
    private func tracks(under: UInt32) -> [Int] {
        arcs.indices.reduce(into: []) { tracks, index in
            let side = under >> UInt32(index) & 1 == 1 ? -1 : 1
            let inner = tracks.indices.filter { other in
                tracks[other] * side > 0 && overlap(arcs[other], arcs[index])
            }
            tracks.append(side * (1 + (inner.map { abs(tracks[$0]) }.max() ?? 0)))
        }
    }

    private func overlap(_ a: (from: Int, to: Int), _ b: (from: Int, to: Int)) -> Bool {
        a.from < b.to && b.from < a.to
    }
}

/// Finds a place for each label along its edge: in the middle of a straight one, and in a free part of an arc.
struct LabelRooms {
    private static let height = 15.0
    /// The distance between a line and its label.
    private static let distance = 3.0
    /// The distance between a label and the lines of others.
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

    /// A box for each edge; nil if one of them has no room.
    func boxes() -> [Box]? {
        let boxes = edges.indices.compactMap(box)
        return boxes.count == edges.count ? boxes : nil
    }

    /// The free box nearest to the middle of an edge.
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

    /// The points along the row at which other edges pass through the label's height, with a clearance on both sides.
    private func obstacles(for index: Int, beside box: Box) -> [Double] {
        let band = box.grown(by: Self.clearance)
        return points.indices.filter { $0 != index }.flatMap { other in
            points[other].filter { band.top < $0.y && $0.y < band.bottom }
                .flatMap { [$0.x - Self.clearance, $0.x + Self.clearance] }
        }
    }

    /// Shifts to both sides by rising distance: 0, 2, −2, 4, −4.
    private static func shifts(upTo slack: Double) -> [Double] {
        [0] + stride(from: 2, through: slack, by: 2).flatMap { [$0, -$0] }
    }
}

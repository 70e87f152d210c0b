/// On which side of the row of nodes each arc goes, so that as few as possible cross.
///
/// Two arcs cross if they are on one side and one begins inside the other and ends outside. All choices are
/// tried, at most 2¹⁵; among those with the fewest crossings the flattest drawing wins, then the one with
/// more arcs over the row.
struct ArcSides {
    /// From the shortest arc to the longest, so that outer arcs come after those inside them.
    let arcs: [(from: Int, to: Int)]

    init(_ arcs: [(from: Int, to: Int)]) {
        self.arcs = arcs.sorted { ($0.to - $0.from, $0.from) < ($1.to - $1.from, $1.from) }
    }

    /// For each of the arcs the row of tracks that it runs on: 1, 2 … over the nodes, −1, −2 … under.
    func tracks() -> [Int] {
        let crossings = crossingMasks()
        let choices = (0..<UInt32(1) << arcs.count).map { under in
            (under: under, count: Self.crossings(crossings, under: under))
        }
        let least = choices.map(\.count).min() ?? 0
        let candidates = choices.filter { $0.count == least }.map { candidate in
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
    /// Bit j of mask i: arcs i and j cross where both are on one side.
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

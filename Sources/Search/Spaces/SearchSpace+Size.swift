extension SearchSpace {
    /// The number of blocks that a space has with one number of nodes.
    public struct BlockCount: Hashable, Sendable {
        public let nodes: Int
        public let all: Int
        public let legal: Int
    }

    /// The exact numbers of operation matrices and of legal ones among them, for each number of nodes.
    public var blockCounts: [BlockCount] {
        nodeCounts.map { nodes in
            let choices = Edge.all(nodes: nodes).map(choices)
            return BlockCount(
                nodes: nodes, all: choices.reduce(1) { $0 * $1.all },
                legal: legalBlocks(nodes: nodes, choices: choices))
        }
    }

    /// The fraction of the space's points whose block is legal, exact but for rounding.
    ///
    /// Every number of nodes is equally frequent, and operations that it does not use take all their values.
    public var legalFraction: Double {
        let counts = blockCounts
        return counts.reduce(0) { $0 + Double($1.legal) / Double($1.all) } / Double(counts.count)
    }

    /// The number of points that the searched integers and names form, the paper's measure of a space: operations count
    /// for every number of nodes, and settings for all others, used or not.
    public var integerPoints: UInt128 {
        dimensions.compactMap(\.values.count).reduce(1) { $0 * UInt128($1) }
    }

    /// True if real numbers are searched too, which ``integerPoints`` does not count.
    public var isInfinite: Bool {
        dimensions.contains { $0.values.count == nil }
    }

    private func choices(of edge: Edge) -> EdgeChoices {
        switch self[.operation(edge)] {
        case .integers(let range): EdgeChoices(none: range.contains(0) ? 1 : 0, all: range.count)
        case .fixed(let number): EdgeChoices(none: number == 0 ? 1 : 0, all: 1)
        case .reals, .categories, .ranges, nil:
            preconditionFailure("operations are whole numbers in every space")
        }
    }
}

/// The number of operations that an edge can have: `none` counts as 0 or 1, the other six as `all - none`.
struct EdgeChoices {
    var none: Int
    var all: Int
}

/// The exact number of legal blocks with a number of nodes.
///
/// A block is legal iff no column after the first and no row before the last is empty. By inclusion and exclusion over
/// the set R of empty rows and the set C of empty columns the count is Σ (−1)^(|R|+|C|) Π choices(e), where an
/// edge in R or C must be none: 4⁶ terms for seven nodes, however many operations there are.
///
/// - Parameters:
///   - nodes: 2 to 7.
///   - choices: Those of each edge, row by row.
/// - Returns: The number of legal blocks among all that the choices allow.
func legalBlocks(nodes: Int, choices: [EdgeChoices]) -> Int {
    let inner = 1 << (nodes - 1)
    let edges = Edge.all(nodes: nodes)
    var total = 0
    for emptyRows in 0..<inner {
        for emptyColumns in 0..<inner {
            // Terms exceed 64 bits together, but wrap to the right total: it is at most 7²¹ < 2⁶³.
            var term = (emptyRows ^ emptyColumns).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1
            for (edge, choice) in zip(edges, choices) {
                let isEmpty =
                    (emptyRows >> (edge.from - 1) | emptyColumns >> (edge.to - 2)) & 1 == 1
                term &*= isEmpty ? choice.none : choice.all
            }
            total &+= term
        }
    }
    return total
}

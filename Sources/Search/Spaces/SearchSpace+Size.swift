extension SearchSpace {
    /// How many blocks a space has with one number of nodes.
    public struct BlockCount: Hashable, Sendable {
        public let nodes: Int
        public let all: Int
        public let legal: Int
    }

    /// The operation matrices of the space and the legal ones among them, for each number of nodes; exact.
    public var blockCounts: [BlockCount] {
        nodeCounts.map { nodes in
            let choices = Edge.all(nodes: nodes).map(choices)
            return BlockCount(
                nodes: nodes, all: choices.reduce(1) { $0 * $1.all },
                legal: legalBlocks(nodes: nodes, choices: choices))
        }
    }

    /// The part of the space's points whose block is legal, exact but for rounding.
    ///
    /// Every number of nodes is as frequent, and operations that it does not use take all their values.
    public var legalFraction: Double {
        let counts = blockCounts
        return counts.reduce(0) { $0 + Double($1.legal) / Double($1.all) } / Double(counts.count)
    }

    /// How many points the searched integers form, the paper's measure of a space: operations count for every number
    /// of nodes, used or not.
    public var integerPoints: UInt128 {
        dimensions.compactMap(\.values.count).reduce(1) { $0 * UInt128($1) }
    }

    /// Whether real numbers are searched too, so that ``integerPoints`` is not all.
    public var isInfinite: Bool {
        dimensions.contains { $0.values.count == nil }
    }

    private func choices(of edge: Edge) -> EdgeChoices {
        switch self[.operation(edge)] {
        case .integers(let range): EdgeChoices(none: range.contains(0) ? 1 : 0, all: range.count)
        case .fixed(let number): EdgeChoices(none: number == 0 ? 1 : 0, all: 1)
        case .reals, nil: preconditionFailure("operations are whole numbers in every space")
        }
    }
}

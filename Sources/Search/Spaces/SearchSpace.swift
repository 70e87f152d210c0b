/// The networks and hyperparameters among which a search chooses: named dimensions, searched or fixed.
///
/// An optimizer sees only the searched ones: it proposes a point inside ``bounds``, a coordinate for each of
/// ``searched``, and ``decode(_:)`` says what to train. Points with an illegal block belong to the space (Wong &
/// Moradi, MICCAI 2019, section 2.3): ask `candidate.network.block.illegalities` before training.
public struct SearchSpace: Hashable, Sendable {
    /// In the paper's order: n, p, sup, res, nodes, operations row by row for the most nodes, then dropout and those
    /// hyperparameters of training that the space mentions.
    public let dimensions: [Dimension]

    /// The dimensions that an optimizer varies, in the order of a point's coordinates.
    public var searched: [Dimension] {
        dimensions.filter { $0.values.interval != nil }
    }

    /// The closed box of points; a dimension with logarithmic scale is searched by its natural logarithm.
    public var bounds: [ClosedRange<Double>] {
        dimensions.compactMap(\.values.interval)
    }

    public subscript(name: Dimension.Name) -> Dimension.Values? {
        dimensions.first { $0.name == name }?.values
    }

    /// The numbers of nodes that blocks can have.
    public var nodeCounts: Range<Int> {
        switch self[.nodes] {
        case .integers(let range): range
        case .fixed(let nodes): Int(nodes)..<Int(nodes) + 1
        case .reals, nil: preconditionFailure("nodes are whole numbers in every space")
        }
    }

    /// The edges that have an operation in the space: those between the most nodes.
    public var edges: [Edge] {
        Edge.all(nodes: nodeCounts.upperBound - 1)
    }
}

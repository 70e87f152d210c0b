/// What a preset or a file says of a search space, before operations are spread over the edges.
struct SpaceSettings {
    var values: [Dimension.Name: Dimension.Values] = [:]
    /// What holds for edges without values of their own.
    var operations: Operations?

    enum Operations {
        case every(Dimension.Values)
        /// One block for the whole space, which has its number of nodes.
        case block(BlockGraph)
    }

    /// In the order of ``SearchSpace/dimensions``, nil for what is required and not said.
    var dimensions: [(name: Dimension.Name, values: Dimension.Values?)] {
        let required = [Dimension.Name.n, .p, .sup, .res, .nodes].map { ($0, values[$0]) }
        let operations = edges.map { (Dimension.Name.operation($0), operation(of: $0)) }
        let optional = Hyperparameter.allCases.map(Dimension.Name.hyperparameter)
            .filter { values[$0] != nil }.map { ($0, values[$0]) }
        let dropout = values[.dropout] ?? .fixed(SegNAS.defaultDropout)
        return required + operations + [(.dropout, dropout)] + optional
    }

    /// The edges between the most nodes; the one that every block has, where nothing is said about nodes.
    var edges: [Edge] {
        switch values[.nodes] {
        case .integers(let range): Edge.all(nodes: range.upperBound - 1)
        case .fixed(let nodes): Edge.all(nodes: Int(nodes))
        case .reals, nil: Edge.all(nodes: 2)
        }
    }

    private func operation(of edge: Edge) -> Dimension.Values? {
        if let own = values[.operation(edge)] { return own }
        switch operations {
        case .every(let values): return values
        case .block(let block): return .fixed(Double(block.entry(edge)))
        case nil: return nil
        }
    }
}

extension SearchSpace {
    /// Settings must be complete.
    init(_ settings: SpaceSettings) {
        dimensions = settings.dimensions.map { name, values in
            guard let values else { preconditionFailure("nothing is said about \(name)") }
            return Dimension(name: name, values: values)
        }
    }
}

/// What a point of a search space stands for.
public struct Candidate: Hashable, Sendable {
    public let network: SegNAS
    /// The values of those that the space mentions.
    public let hyperparameters: [Hyperparameter: Double]
    /// An operation for each of the space's edges; those with `edge.isUsed(nodes: network.block.nodes)` form the block.
    public let operations: [Operation]

    public var architecture: Architecture { .segnas(network) }

    public var key: ResultKey { ResultKey(architecture, hyperparameters: hyperparameters) }
}

extension SearchSpace {
    /// Says what to train at a point; coordinates outside ``bounds`` count as the nearest inside.
    public func decode(_ point: [Double]) -> Candidate {
        precondition(
            point.count == searched.count,
            "a point of this space has \(searched.count) coordinates, not \(point.count)")
        var coordinates = point.makeIterator()
        var values: [Dimension.Name: Double] = [:]
        for dimension in dimensions {
            let coordinate = dimension.values.interval == nil ? nil : coordinates.next()
            values[dimension.name] = dimension.values.value(at: coordinate ?? 0)
        }
        return candidate(values)
    }

    private func candidate(_ values: [Dimension.Name: Double]) -> Candidate {
        func whole(_ name: Dimension.Name) -> Int {
            guard let value = values[name] else { preconditionFailure("a space without \(name)") }
            return Int(value)
        }
        let nodes = whole(.nodes)
        let block = edges.filter { $0.isUsed(nodes: nodes) }.map { UInt8(whole(.operation($0))) }
        let network = SegNAS(
            n: whole(.n), p: whole(.p), sup: whole(.sup) == 1, res: whole(.res) == 1,
            block: BlockGraph(nodes: nodes, entries: block),
            dropout: values[.dropout, default: SegNAS.defaultDropout])
        let others = Hyperparameter.allCases.compactMap { name in
            values[.hyperparameter(name)].map { (name, $0) }
        }
        return Candidate(
            network: network, hyperparameters: Dictionary(uniqueKeysWithValues: others),
            operations: edges.map { Operation.allCases[whole(.operation($0))] })
    }
}

/// The network and the hyperparameters at a point of a search space.
public struct Candidate: Hashable, Sendable {
    public let network: SegNAS
    /// The values of the hyperparameters that the space mentions; those whose condition does not hold have none.
    public let hyperparameters: [Hyperparameter: HyperparameterValue]
    /// An operation for each of the space's edges; those with `edge.isUsed(nodes: network.block.nodes)` form the block.
    public let operations: [Operation]

    public var architecture: Architecture { .segnas(network) }

    public var key: ResultKey { ResultKey(architecture, hyperparameters: hyperparameters) }
}

extension SearchSpace {
    /// The candidate at a point; coordinates outside ``bounds`` are moved to the nearest inside.
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
        return Candidate(
            network: network, hyperparameters: hyperparameters(values),
            operations: edges.map { Operation.allCases[whole(.operation($0))] })
    }

    private func hyperparameters(
        _ values: [Dimension.Name: Double]
    ) -> [Hyperparameter: HyperparameterValue] {
        var others: [Hyperparameter: HyperparameterValue] = [:]
        for dimension in dimensions {
            guard case .hyperparameter(let name) = dimension.name,
                let value = values[dimension.name]
            else { continue }
            others[name] = dimension.values.hyperparameter(value)
        }
        // Categories of conditions have none themselves, so one pass is enough.
        for dimension in dimensions {
            guard case .hyperparameter(let name) = dimension.name else { continue }
            if !dimension.conditions.allSatisfy({ $0.holds(for: others) }) { others[name] = nil }
            guard case .ranges = dimension.values, let position = others[name]?.number else {
                continue
            }
            others[name] = dimension.values.range(with: others).map {
                .number($0.value(atPosition: position))
            }
        }
        return others
    }
}

/// A reason why a network lies outside a search space.
public enum OutsideSpaceError: Error, Equatable, Sendable {
    /// A network of another family.
    case family(String)
    /// A value that a dimension cannot take.
    case value(Double, of: Dimension.Name, allowed: String)
    /// More nodes than blocks of the space have.
    case nodes(Int, max: Int)
}

extension SearchSpace {
    /// A point at which the space has this network: the inverse of ``decode(_:)``.
    ///
    /// A whole number gets the middle of the interval whose floor it is; operations of further nodes, which the network
    /// does not determine, and hyperparameters that are not given get the middle of their interval.
    ///
    /// - Parameters:
    ///   - architecture: A network of the space.
    ///   - hyperparameters: Values that are moved to the nearest that the space has; a name that it does not have
    ///     becomes the first of its list.
    /// - Returns: A coordinate for each searched dimension.
    /// - Throws: An error for a network that the space does not have.
    public func encode(
        _ architecture: Architecture, hyperparameters: [Hyperparameter: HyperparameterValue] = [:]
    ) throws(OutsideSpaceError) -> [Double] {
        guard case .segnas(let network) = architecture else {
            throw .family("\(architecture)")
        }
        let max = nodeCounts.upperBound - 1
        guard network.block.nodes <= max else { throw .nodes(network.block.nodes, max: max) }
        var point: [Double] = []
        for dimension in dimensions {
            let value = network.value(of: dimension.name)
            if let value, !dimension.values.contains(value) {
                throw .value(value, of: dimension.name, allowed: "\(dimension.values)")
            }
            guard let interval = dimension.values.interval else { continue }
            var coordinate = value.map(dimension.values.coordinate)
            if case .hyperparameter(let name) = dimension.name {
                coordinate = hyperparameters[name].map(dimension.values.nearestCoordinate)
            }
            point.append(coordinate ?? (interval.lowerBound + interval.upperBound) / 2)
        }
        return settled(point, at: hyperparameters)
    }
}

extension SegNAS {
    /// The network's value of a dimension; nil if it has none.
    fileprivate func value(of name: Dimension.Name) -> Double? {
        switch name {
        case .n: Double(n)
        case .p: Double(p)
        case .sup: sup ? 1 : 0
        case .res: res ? 1 : 0
        case .nodes: Double(block.nodes)
        case .operation(let edge):
            edge.isUsed(nodes: block.nodes) ? Double(block.entry(edge)) : nil
        case .dropout: dropout
        case .hyperparameter: nil
        }
    }
}

extension Dimension.Values {
    /// True if the dimension has this value of a setting of the training.
    func admits(_ value: HyperparameterValue) -> Bool {
        switch (self, value) {
        case (.categories(let names), .choice(let name)): names.contains(name)
        case (_, .number(let number)): contains(number)
        default: false
        }
    }

    fileprivate func contains(_ value: Double) -> Bool {
        switch self {
        case .fixed(let fixed): value == fixed
        case .integers(let range): Int(exactly: value).map(range.contains) ?? false
        case .reals(let range, _): range.contains(value)
        case .categories, .ranges: false
        }
    }
}

extension OutsideSpaceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .family(let name): "\(name) is no network of a search space"
        case .value(let value, let name, let allowed):
            "the space has no such network: \(name) is \(number(value)), and the space has \(allowed)"
        case .nodes(let nodes, let max):
            "the space has no such network: its block has \(nodes) nodes, and there are at most \(max)"
        }
    }
}

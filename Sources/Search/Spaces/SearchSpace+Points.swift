internal import Glibc

/// The network and the hyperparameters at a point of a search space.
public struct Candidate: Hashable, Sendable {
    public let network: SegNAS
    /// The values of the hyperparameters that the space mentions.
    public let hyperparameters: [Hyperparameter: Double]
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
        let others = Hyperparameter.allCases.compactMap { name in
            values[.hyperparameter(name)].map { (name, $0) }
        }
        return Candidate(
            network: network, hyperparameters: Dictionary(uniqueKeysWithValues: others),
            operations: edges.map { Operation.allCases[whole(.operation($0))] })
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
    /// A whole number gets the middle of the interval whose floor it is; operations of further nodes and
    /// hyperparameters, which the network does not determine, get the middle of their interval.
    public func encode(_ architecture: Architecture) throws(OutsideSpaceError) -> [Double] {
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
            let middle = (interval.lowerBound + interval.upperBound) / 2
            point.append(value.map(dimension.values.coordinate) ?? middle)
        }
        return point
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
    fileprivate func contains(_ value: Double) -> Bool {
        switch self {
        case .fixed(let fixed): value == fixed
        case .integers(let range): Int(exactly: value).map(range.contains) ?? false
        case .reals(let range, _): range.contains(value)
        }
    }

    /// The coordinate of an optimizer at which the dimension has a value.
    func coordinate(of value: Double) -> Double {
        switch self {
        case .fixed, .reals(_, .linear): value
        case .integers: value + 0.5
        case .reals(_, .log): log(value)
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

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a network is none of a space.
public enum EncodingError: Error, Equatable, Sendable {
    /// A network of another family.
    case family(String)
    /// A value that a dimension cannot take.
    case value(Double, of: Dimension.Name, allowed: String)
    /// More nodes than blocks of the space have.
    case nodes(Int, most: Int)
}

extension SearchSpace {
    /// A point at which the space has this network: the inverse of ``decode(_:)``.
    ///
    /// Of whole numbers the middle of the interval that they are the floor of; of what the network says nothing about,
    /// operations of further nodes and hyperparameters, the middle of their interval.
    public func encode(_ architecture: Architecture) throws(EncodingError) -> [Double] {
        guard case .segnas(let network) = architecture else {
            throw .family("\(architecture)")
        }
        let most = nodeCounts.upperBound - 1
        guard network.block.nodes <= most else { throw .nodes(network.block.nodes, most: most) }
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
    /// What the network says of a dimension.
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
    fileprivate func coordinate(of value: Double) -> Double {
        switch self {
        case .fixed, .reals(_, .linear): value
        case .integers: value + 0.5
        case .reals(_, .log): log(value)
        }
    }
}

extension EncodingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .family(let name): "\(name) is no network of a search space"
        case .value(let value, let name, let allowed):
            "the space has no such network: \(name) is \(number(value)), and the space has \(allowed)"
        case .nodes(let nodes, let most):
            "the space has no such network: its block has \(nodes) nodes, and there are at most \(most)"
        }
    }
}

internal import SegNASHost

/// One of several ranges of a setting, and the names of categories with which it is the one that counts.
///
/// All ranges of a setting are searched by one coordinate, the position in the range that counts: so what is learnt of
/// low and high values in one range serves the others.
public struct ConditionalRange: Hashable, Codable, Sendable {
    /// A range or a single value.
    public let values: Dimension.Values
    /// At least one; no combination of names fulfils those of two ranges of a setting.
    public let conditions: [Dimension.Condition]
}

extension ConditionalRange: CustomStringConvertible {
    /// `[0.003, 0.03) log when optimizer is sgd`.
    public var description: String { "\(values) \(conditions.words)" }
}

extension Dimension.Values {
    /// The positions in a range.
    static let positions = 0...1.0.nextDown

    /// Itself, or of several ranges the one that the chosen names have; nil if they have none.
    func range(with chosen: [Hyperparameter: HyperparameterValue]) -> Self? {
        guard case .ranges(let ranges) = self else { return self }
        return ranges.first { $0.conditions.allSatisfy { $0.holds(for: chosen) } }?.values
    }

    /// The value at a position, 0 for the lowest.
    func value(atPosition position: Double) -> Double {
        guard let interval else { return value(at: 0) }
        // The end exactly.
        if position >= Self.positions.upperBound { return value(at: interval.upperBound) }
        return value(
            at: interval.lowerBound + position * (interval.upperBound - interval.lowerBound))
    }

    /// The position of the nearest value that it has; the middle of a single value.
    func position(of value: Double) -> Double {
        guard let interval else { return 0.5 }
        let nearest = coordinate(of: self.value(at: coordinate(of: value)))
        let position =
            (nearest - interval.lowerBound) / (interval.upperBound - interval.lowerBound)
        return min(max(position, Self.positions.lowerBound), Self.positions.upperBound)
    }
}

extension SearchSpace {
    /// A point whose settings with several ranges are nearest to some values, in the ranges that its names have.
    func settled(
        _ point: [Double], at values: [Hyperparameter: HyperparameterValue]
    ) -> [Double] {
        let chosen = decode(point).hyperparameters
        return zip(searched, point).map { dimension, coordinate in
            guard case .ranges = dimension.values, case .hyperparameter(let name) = dimension.name,
                let value = values[name]?.number,
                let range = dimension.values.range(with: chosen)
            else { return coordinate }
            return range.position(of: value)
        }
    }
}

extension [Dimension.Condition] {
    /// What must hold: `when optimizer is sgd`; empty for no condition.
    public var words: String {
        let words = map { condition in
            condition.category.rawValue + " is " + condition.names.joined(separator: " or ")
        }
        return words.isEmpty ? "" : "when " + listed(words)
    }

    /// What holds where these and others do; nil if that cannot be.
    func joined(with others: Self) -> Self? {
        var joint: Self = []
        for condition in self + others {
            guard let known = joint.firstIndex(where: { $0.category == condition.category }) else {
                joint.append(condition)
                continue
            }
            let names = joint[known].names.filter(condition.names.contains)
            guard !names.isEmpty else { return nil }
            joint[known] = Dimension.Condition(category: condition.category, names: names)
        }
        return joint
    }
}

internal import Glibc

/// One named quantity of a search space and the values that it can take.
public struct Dimension: Hashable, Codable, Sendable {
    public let name: Name
    public let values: Values
    /// What must hold for it to have a value: all of them.
    public let conditions: [Condition]

    init(name: Name, values: Values, conditions: [Condition] = []) {
        self.name = name
        self.values = values
        self.conditions = conditions
    }

    /// A category of the same space, which has no condition, and names of it with which a dimension has a value.
    public struct Condition: Hashable, Codable, Sendable {
        public let category: Hyperparameter
        public let names: [String]

        /// True if one of the names is chosen.
        public func holds(for values: [Hyperparameter: HyperparameterValue]) -> Bool {
            values[category]?.choice.map(names.contains) ?? false
        }
    }

    public enum Name: Hashable, Sendable {
        case n
        case p
        case sup
        case res
        case nodes
        case operation(Edge)
        case dropout
        case hyperparameter(Hyperparameter)
    }

    /// A fixed value or a range without its upper end, as the intervals [a, b) of the paper's Table 2.
    public enum Values: Hashable, Codable, Sendable {
        case fixed(Double)
        /// Searched as real numbers, of which the floor counts.
        case integers(Range<Int>)
        case reals(Range<Double>, Scale)
        /// Names, searched as [0, count), of which the floor counts; a single one is not searched.
        case categories([String])
        /// Numbers of which each range has a condition of its own, searched as the position in the one that counts.
        case ranges([ConditionalRange])
    }

    public enum Scale: String, CaseIterable, Codable, Sendable {
        case linear
        case log
    }
}

// MARK: - Names

extension Dimension.Name: CustomStringConvertible {
    /// The name in files: `n`, `op12`, `learning_rate`.
    public var description: String {
        switch self {
        case .n: "n"
        case .p: "p"
        case .sup: "sup"
        case .res: "res"
        case .nodes: "nodes"
        case .operation(let edge): "op\(edge)"
        case .dropout: "dropout"
        case .hyperparameter(let name): name.rawValue
        }
    }

    init?(_ text: String) {
        guard let name = Self.all.first(where: { $0.description == text }) else { return nil }
        self = name
    }

    static let all: [Self] =
        [.n, .p, .sup, .res, .nodes, .dropout] + Hyperparameter.allCases.map(Self.hyperparameter)
        + Edge.all(nodes: BlockGraph.nodeCounts.upperBound).map(Self.operation)

    var limits: Limits {
        switch self {
        case .n: .n
        case .p: .p
        case .sup, .res: .flag
        case .nodes: .nodes
        case .operation: .operation
        case .dropout: .dropout
        case .hyperparameter(let name): name.limits
        }
    }
}

/// By its name in files.
extension Dimension.Name: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no dimension is named \(quoted(text))")
        }
        self = name
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

// MARK: - Values

extension Dimension.Values {
    /// The interval that an optimizer searches, nil for a fixed value; logarithms where the scale is logarithmic.
    ///
    /// Optimizers evaluate points at the ends of their box, so the upper end is the largest number below the
    /// excluded one.
    var interval: ClosedRange<Double>? {
        switch self {
        case .fixed: nil
        case .integers(let range): Double(range.lowerBound)...Double(range.upperBound).nextDown
        case .reals(let range, .linear): range.lowerBound...range.upperBound.nextDown
        case .reals(let range, .log): log(range.lowerBound)...log(range.upperBound.nextDown)
        case .categories(let names): names.count < 2 ? nil : 0...Double(names.count).nextDown
        case .ranges(let ranges): ranges.allSatisfy(\.values.isFixed) ? nil : Self.positions
        }
    }

    /// The value at a coordinate of the optimizer, moved into the interval if it lies outside; the index of a name, and
    /// of several ranges the position.
    func value(at coordinate: Double) -> Double {
        switch self {
        case .fixed(let value): return value
        case .integers(let range):
            return coordinate.rounded(.down).clamped(
                to: Double(range.lowerBound)...Double(range.upperBound - 1))
        case .reals(let range, let scale):
            // The ends exactly: the exponential of a logarithm may be off by a bit.
            if let interval, coordinate <= interval.lowerBound { return range.lowerBound }
            if let interval, coordinate >= interval.upperBound { return range.upperBound.nextDown }
            let value = scale == .log ? exp(coordinate) : coordinate
            return value.clamped(to: range.lowerBound...range.upperBound.nextDown)
        case .categories(let names):
            return coordinate.rounded(.down).clamped(to: 0...Double(names.count - 1))
        case .ranges: return coordinate.clamped(to: Self.positions)
        }
    }

    /// True if there is one value, which is not searched.
    package var isFixed: Bool { interval == nil }

    /// The number of values, of several ranges the largest; nil for reals.
    var count: Int? {
        switch self {
        case .fixed: 1
        case .integers(let range): range.count
        case .reals: nil
        case .categories(let names): names.count
        case .ranges(let ranges):
            ranges.reduce(1 as Int?) { most, range in
                most.flatMap { most in range.values.count.map { max(most, $0) } }
            }
        }
    }

    /// The coordinate of an optimizer at which the dimension has a value, or the name of an index, or the position in
    /// several ranges.
    func coordinate(of value: Double) -> Double {
        switch self {
        case .fixed, .reals(_, .linear), .ranges: value
        case .integers, .categories: value + 0.5
        case .reals(_, .log): log(value)
        }
    }

    /// The coordinate of the nearest value that the dimension has; of a name that it has not, that of its first, and
    /// with several ranges the middle.
    func nearestCoordinate(of value: HyperparameterValue) -> Double {
        let number: Double =
            switch (self, value) {
            case (.ranges, _): 0.5
            case (.categories(let names), .choice(let name)):
                Double(names.firstIndex(of: name) ?? 0)
            case (_, .number(let number)): number
            case (_, .choice): 0
            }
        return coordinate(of: self.value(at: coordinate(of: number)))
    }

    /// A value that ``value(at:)`` returned, as a training takes it.
    func hyperparameter(_ value: Double) -> HyperparameterValue {
        guard case .categories(let names) = self else { return .number(value) }
        return .choice(names[Int(value)])
    }
}

extension Dimension.Values: CustomStringConvertible {
    /// `3`, `[8, 33)`, `[0.0001, 0.01) log` or `adamw, sgd`; ranges with conditions have semicolons between them.
    public var description: String {
        switch self {
        case .fixed(let value): number(value)
        case .integers(let range): "[\(range.lowerBound), \(range.upperBound))"
        case .reals(let range, let scale):
            "[\(number(range.lowerBound)), \(number(range.upperBound))) \(scale)"
        case .categories(let names): names.joined(separator: ", ")
        case .ranges(let ranges): ranges.map(\.description).joined(separator: "; ")
        }
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        min(max(self, range.lowerBound), range.upperBound)
    }
}

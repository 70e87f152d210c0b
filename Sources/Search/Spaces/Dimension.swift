internal import Glibc

/// One named quantity of a search space and the values that it can take.
public struct Dimension: Hashable, Codable, Sendable {
    public let name: Name
    public let values: Values

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
        case .hyperparameter(.learningRate): .learningRate
        case .hyperparameter(.batch): .batch
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
        }
    }

    /// The value at a coordinate of the optimizer, moved into the interval if it lies outside.
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
        }
    }

    /// The number of values; nil for reals.
    var count: Int? {
        switch self {
        case .fixed: 1
        case .integers(let range): range.count
        case .reals: nil
        }
    }
}

extension Dimension.Values: CustomStringConvertible {
    /// `3`, `[8, 33)` or `[0.0001, 0.01) log`.
    public var description: String {
        switch self {
        case .fixed(let value): number(value)
        case .integers(let range): "[\(range.lowerBound), \(range.upperBound))"
        case .reals(let range, let scale):
            "[\(number(range.lowerBound)), \(number(range.upperBound))) \(scale)"
        }
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        min(max(self, range.lowerBound), range.upperBound)
    }
}

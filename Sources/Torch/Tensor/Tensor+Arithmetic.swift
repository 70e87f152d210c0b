internal import CTorch

// Element by element; shapes broadcast. A number takes the tensor's type, unless the tensor is integral and
// the number is not.

extension Tensor {
    private func with(
        _ other: Tensor, _ operation: ct_binary_operation
    ) throws(TorchError) -> Tensor {
        try map(with: other) { ct_binary(operation, $0, $1[0], $2) }
    }

    private func with(
        _ number: Double, _ operation: ct_binary_operation, reversed: Bool = false
    ) throws(TorchError) -> Tensor {
        try map { ct_binary_scalar(operation, $0, number, reversed, $1) }
    }

    private func apply(_ operation: ct_unary_operation) throws(TorchError) -> Tensor {
        try map { ct_unary(operation, $0, $1) }
    }
}

// MARK: - Operators

extension Tensor {
    public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try a.with(b, .CT_ADD)
    }
    public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try a.with(b, .CT_ADD)
    }
    public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try a.with(b, .CT_SUBTRACT)
    }
    public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try a.with(b, .CT_SUBTRACT)
    }
    public static func - (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.with(a, .CT_SUBTRACT, reversed: true)
    }
    public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try a.with(b, .CT_MULTIPLY)
    }
    public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try a.with(b, .CT_MULTIPLY)
    }
    public static func * (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.with(a, .CT_MULTIPLY)
    }
    public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try a.with(b, .CT_DIVIDE)
    }
    public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try a.with(b, .CT_DIVIDE)
    }
    public static func / (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try b.with(a, .CT_DIVIDE, reversed: true)
    }
    public static prefix func - (a: Tensor) throws(TorchError) -> Tensor {
        try a.apply(.CT_NEGATE)
    }
}

// MARK: - Comparisons and logic: bool tensors

/// A comparison of two elements.
public enum ElementComparison: CaseIterable, Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

    fileprivate var code: ct_binary_operation {
        switch self {
        case .equal: .CT_EQUAL
        case .notEqual: .CT_NOT_EQUAL
        case .less: .CT_LESS
        case .lessOrEqual: .CT_LESS_EQUAL
        case .greater: .CT_GREATER
        case .greaterOrEqual: .CT_GREATER_EQUAL
        }
    }
}

extension Tensor {
    public func compare(_ comparison: ElementComparison, _ other: Tensor) throws(TorchError)
        -> Tensor
    {
        try with(other, comparison.code)
    }

    public func compare(_ comparison: ElementComparison, _ number: Double) throws(TorchError)
        -> Tensor
    {
        try with(number, comparison.code)
    }

    public func and(_ other: Tensor) throws(TorchError) -> Tensor { try with(other, .CT_AND) }
    public func or(_ other: Tensor) throws(TorchError) -> Tensor { try with(other, .CT_OR) }
    public func not() throws(TorchError) -> Tensor { try apply(.CT_NOT) }

    /// False for NaN and infinities.
    public func isFinite() throws(TorchError) -> Tensor { try apply(.CT_IS_FINITE) }
}

// MARK: - Functions

extension Tensor {
    public func abs() throws(TorchError) -> Tensor { try apply(.CT_ABSOLUTE) }
    public func exp() throws(TorchError) -> Tensor { try apply(.CT_EXP) }
    public func log() throws(TorchError) -> Tensor { try apply(.CT_LOG) }
    public func sqrt() throws(TorchError) -> Tensor { try apply(.CT_SQRT) }
    public func relu() throws(TorchError) -> Tensor { try apply(.CT_RELU) }
    public func sigmoid() throws(TorchError) -> Tensor { try apply(.CT_SIGMOID) }

    public func power(_ exponent: Double) throws(TorchError) -> Tensor {
        try with(exponent, .CT_POWER)
    }
    public func power(_ exponent: Tensor) throws(TorchError) -> Tensor {
        try with(exponent, .CT_POWER)
    }
    public func maximum(_ other: Tensor) throws(TorchError) -> Tensor {
        try with(other, .CT_MAXIMUM)
    }
    public func minimum(_ other: Tensor) throws(TorchError) -> Tensor {
        try with(other, .CT_MINIMUM)
    }

    /// The elements limited from below, from above, or both.
    public func clamped(
        min low: Double = -.infinity, max high: Double = .infinity
    ) throws(TorchError) -> Tensor {
        try map { ct_clamp($0, low, high, $1) }
    }

    /// The other's elements where the condition holds, this tensor's elsewhere.
    public func replaced(
        where condition: Tensor, with other: Tensor
    ) throws(TorchError) -> Tensor {
        try condition.map(with: other, self) { ct_where($0, $1[0], $1[1], $2) }
    }
}

// Numbers that sum up some values.

/// The value at a share of sorted values, from 0 to 1: between the two nearest, as NumPy's `quantile` does by default.
package func quantile<Value: BinaryFloatingPoint>(
    _ share: Double, ofSorted values: [Value]
) -> Value {
    precondition(!values.isEmpty && 0...1 ~= share, "a quantile of no values, or beyond them")
    let place = share * Double(values.count - 1)
    let below = Int(place)
    let above = min(below + 1, values.count - 1)
    return values[below] + (values[above] - values[below]) * Value(place - Double(below))
}

/// The mean of a sample and how far its values lie apart.
package struct SampleMoments: Hashable, Sendable {
    package let mean: Double
    /// The sum of squared differences from the mean.
    private let squares: Double
    private let count: Int

    /// Nil where there is no value.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        count = values.count
    }

    /// The standard deviation with n − 1 in the denominator; nil for one value.
    package var sampleDeviation: Double? {
        count > 1 ? (squares / Double(count - 1)).squareRoot() : nil
    }

    /// The standard deviation of these values, with n in the denominator.
    package var deviation: Double { (squares / Double(count)).squareRoot() }
}

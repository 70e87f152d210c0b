/// A mean of independent values and how well it is known.
package struct MeanEstimate: Hashable, Sendable {
    package let mean: Double
    /// The standard deviation of the values over √n; nil for a single one.
    package let standardError: Double?

    /// - Parameter values: At least one.
    package init(_ values: [Double]) {
        precondition(!values.isEmpty, "the mean of nothing")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardError =
            values.count > 1 ? (squares / (count - 1) / count).squareRoot() : nil
    }

    /// The mean difference of pairs: what landscapes differ in drops out.
    package init(_ values: [Double], minus others: [Double]) {
        precondition(values.count == others.count, "pairs have two values")
        self.init(zip(values, others).map { $0 - $1 })
    }
}

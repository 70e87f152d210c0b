internal import Glibc
internal import SegNASHost

/// Values as the model sees them: relative to their median, in units of the spread of the better half.
///
/// Bad values are compressed: how far a network is from the best does not matter where it is far.
struct RelativeValues: Sendable {
    private let median: Double
    private let spread: Double

    /// - Parameter values: At least one.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        median = Self.quantile(0.5, of: sorted)
        let low = sorted.count > 3 ? Self.quantile(0.1, of: sorted) : sorted[0]
        // The tenth of a normal distribution lies 1.2816 standard deviations below its middle.
        spread = max((median - low) / 1.2816, 1e-4)
    }

    /// z = (v − median)/spread; above 1 it is 1 + ½ ln z.
    func relative(_ value: Double) -> Double {
        let z = (value - median) / spread
        return z > 1 ? 1 + log(z) / 2 : z
    }

    /// The value that ``relative(_:)`` takes to a number.
    func value(_ relative: Double) -> Double {
        let z = relative > 1 ? exp(2 * (relative - 1)) : relative
        return median + z * spread
    }

    /// The quantile between the two nearest of sorted values.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}

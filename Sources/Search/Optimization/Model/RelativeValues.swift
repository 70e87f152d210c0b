internal import Glibc
internal import SegNASHost

/// The values of all rungs as the model sees them: those of the first as ``RelativeValues``.
///
/// Only good networks reach a higher rung, whose values have a scale of their own: their mean is taken to the mean of
/// what these networks had at the first rung, and their spread to the spread of that, but at least 0.3 and at most 1.
struct RungValues: Sendable {
    private let first: RelativeValues
    private var higher: [Int: Line] = [:]

    /// From values v to y: (v − mean) slope + offset.
    private struct Line {
        var mean: Double
        var slope: Double
        var offset: Double
    }

    /// - Parameter observations: At least one of the first rung.
    init(_ observations: [Observation]) {
        let first = RelativeValues(observations.filter { $0.rung == 0 }.map(\.value))
        self.first = first
        var firsts: [Int: Double] = [:]
        for observation in observations where observation.rung == 0 {
            firsts[observation.number] = first.relative(observation.value)
        }
        for (rung, raised) in Dictionary(grouping: observations, by: \.rung) where rung > 0 {
            let (mean, deviation) = Self.moments(raised.map(\.value))
            let (offset, spread) = Self.moments(raised.compactMap { firsts[$0.number] })
            // A few values say nothing about their spread: 0.01 is a usual difference of good networks.
            let unit = raised.count < 4 ? 0.01 : max(deviation, 1e-4)
            higher[rung] = Line(
                mean: mean, slope: min(max(spread, 0.3), 1) / unit, offset: offset)
        }
    }

    func relative(_ observation: Observation) -> Double {
        guard let line = higher[observation.rung] else {
            return first.relative(observation.value)
        }
        return (observation.value - line.mean) * line.slope + line.offset
    }

    /// The value that ``relative(_:)`` takes to a number; by those of the first rung where a rung has none yet.
    func value(_ relative: Double, atRung rung: Int) -> Double {
        guard let line = higher[rung] else { return first.value(relative) }
        return line.mean + (relative - line.offset) / line.slope
    }

    private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / count).squareRoot())
    }
}

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

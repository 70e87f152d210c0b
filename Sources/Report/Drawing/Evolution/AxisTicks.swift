#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.
struct AxisTicks: Hashable {
    let values: [Double]
    /// Decimals that tell them apart.
    let places: Int

    var low: Double { values[0] }
    var high: Double { values[values.count - 1] }

    /// Ticks around a range, about so many.
    init(from low: Double, to high: Double, count: Int = 5) {
        let span = high > low ? high - low : max(abs(high), 1) * 0.1
        let rough = span / Double(count)
        let power = pow(10, log10(rough).rounded(.down))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
        let step = factor * power
        let first = Int((low / step + 1e-9).rounded(.down))
        let last = Int((max(high, low + span) / step - 1e-9).rounded(.up))
        values = (first...last).map { Double($0) * step }
        places = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
    }
}

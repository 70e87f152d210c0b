#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A linear map of a line of values: each becomes a weighted sum of `taps` values of the line.
package struct LineFilter: Equatable, Sendable {
    package let length: Int
    package let taps: Int
    // [length, taps]
    package let indices: [Int32]
    package let weights: [Float]

    private init(length: Int, taps: Int, term: (Int, Int) -> (index: Int, weight: Double)) {
        self.length = length
        self.taps = taps
        let terms = (0..<length).flatMap { i in (0..<taps).map { term(i, $0) } }
        indices = terms.map { Int32($0.index) }
        weights = terms.map { Float($0.weight) }
    }

    /// A Gaussian of a standard deviation in voxels, cut off at four of them.
    ///
    /// The line goes on as its mirror image (d c b a | a b c d | d c b a), which keeps its mean.
    package static func gaussian(deviation: Double, length: Int) -> LineFilter {
        let radius = Int((4 * deviation).rounded(.up))
        let bell = (-radius...radius).map { offset in
            offset == 0 ? 1 : exp(-0.5 * Double(offset * offset) / (deviation * deviation))
        }
        let total = bell.reduce(0 as Double) { $0 + $1 }
        return LineFilter(length: length, taps: bell.count) { i, tap in
            (mirrored(i + tap - radius, length), bell[tap] / total)
        }
    }

    /// The place in a line that is continued by its mirror images.
    private static func mirrored(_ index: Int, _ length: Int) -> Int {
        let place = ((index % (2 * length)) + 2 * length) % (2 * length)
        return place < length ? place : 2 * length - 1 - place
    }

    /// What is left of a line that was sampled at `scale` times as many places (nearest) and brought back (linear).
    package static func coarse(scale: Double, length: Int) -> LineFilter {
        let count = max(1, min(length, Int((Double(length) * scale).rounded())))
        let ratio = Double(count) / Double(length)
        return LineFilter(length: length, taps: 2) { i, tap in
            let place = min(max((Double(i) + 0.5) * ratio - 0.5, 0), Double(count - 1))
            let lower = min(Int(place), max(count - 2, 0))
            let share = place - Double(lower)
            let sample = min(lower + tap, count - 1)
            return (Int((Double(sample) + 0.5) / ratio), tap == 0 ? 1 - share : share)
        }
    }
}

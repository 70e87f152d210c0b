internal import CTorch
import Glibc

/// One channel of an image in memory, `[D, H, W]`, changed in place on any thread, without tensors.
///
/// Results do not depend on the number of threads.
package struct ChannelMemory {
    private let values: UnsafeMutablePointer<Float>
    private let size: Extent
    private let threads: Int

    package init(_ values: UnsafeMutablePointer<Float>, size: Extent, threads: Int) {
        self.values = values
        self.size = size
        self.threads = threads
    }

    package struct Statistics: Equatable, Sendable {
        package var minimum: Double
        package var maximum: Double
        package var mean: Double
        /// The standard deviation of the values themselves, not of a sample: divided by their number.
        package var deviation: Double
    }

    package func statistics() throws(TorchError) -> Statistics {
        var statistics = ct_value_statistics()
        try call { ct_measure_values($0, &statistics) }
        return Statistics(
            minimum: statistics.minimum, maximum: statistics.maximum, mean: statistics.mean,
            deviation: statistics.deviation)
    }

    /// Turns v into factor·v + shift, clamped to a range.
    package func rescale(
        factor: Double, shift: Double = 0,
        within range: ClosedRange<Double> = -.infinity ... .infinity
    ) throws(TorchError) {
        try call {
            ct_rescale_values($0, factor, shift, range.lowerBound, range.upperBound)
        }
    }

    /// Turns v into a power of its position in a range, measured from the upper end if inverted.
    ///
    /// Values must lie within the range, and stay there.
    package func raise(
        to exponent: Double, within range: ClosedRange<Double>, inverted: Bool
    ) throws(TorchError) {
        try call {
            ct_gamma_values($0, exponent, range.lowerBound, range.upperBound, inverted)
        }
    }

    /// Adds independent draws from N(0, deviation²), which depend on the seed and the voxel's index alone.
    package func addNoise(deviation: Double, seed: UInt64) throws(TorchError) {
        try call { ct_add_noise($0, deviation, seed) }
    }

    /// Applies a filter to every line along an axis.
    package func filter(along axis: Axis, _ filter: LineFilter) throws(TorchError) {
        precondition(filter.length == size.axes[axis.rawValue], "a filter for another length")
        try call { channel in
            filter.indices.withUnsafeBufferPointer { indices in
                filter.weights.withUnsafeBufferPointer { weights in
                    var code = ct_line_filter(
                        axis: axis.code, taps: Int64(filter.taps), indices: indices.baseAddress,
                        weights: weights.baseAddress)
                    return ct_filter_lines(channel, &code)
                }
            }
        }
    }

    private func call(_ body: (UnsafePointer<ct_channel>) -> ct_status) throws(TorchError) {
        var channel = ct_channel(values: values, size: size.code, threads: Int32(clamping: threads))
        try check(body(&channel))
    }

    /// Turns `[C, voxels]` into `[voxels, C]`.
    package static func interleave(
        _ planar: UnsafePointer<Float>, channels: Int, voxels: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        ct_interleave(planar, Int64(channels), Int64(voxels), target)
    }
}

extension ChannelMemory {
    /// An axis of a volume, numbered as in ``Extent/axes``.
    package enum Axis: Int, CaseIterable, Sendable {
        case depth, height, width

        fileprivate var code: ct_axis {
            switch self {
            case .depth: .CT_AXIS_DEPTH
            case .height: .CT_AXIS_HEIGHT
            case .width: .CT_AXIS_WIDTH
            }
        }
    }
}

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
    /// The line is continued by its mirror image (d c b a | a b c d | d c b a), which keeps its mean.
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

    /// The position in a line that is continued by its mirror images.
    private static func mirrored(_ index: Int, _ length: Int) -> Int {
        let place = ((index % (2 * length)) + 2 * length) % (2 * length)
        return place < length ? place : 2 * length - 1 - place
    }

    /// Samples a line at `scale` times as many positions (nearest) and interpolates back (linear).
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

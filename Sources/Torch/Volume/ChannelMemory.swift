internal import CTorch

/// One channel of an image in memory, `[D, H, W]`, changed in place on any thread: no tensors are involved.
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
        /// Of the values, not of a sample: divided by their number.
        package var deviation: Double
    }

    package func statistics() throws(TorchError) -> Statistics {
        var statistics = ct_value_statistics()
        try call { ct_measure_values($0, &statistics) }
        return Statistics(
            minimum: statistics.minimum, maximum: statistics.maximum, mean: statistics.mean,
            deviation: statistics.deviation)
    }

    /// Turns v into factor·v + shift, held within a range.
    package func rescale(
        factor: Double, shift: Double = 0,
        within range: ClosedRange<Double> = -.infinity ... .infinity
    ) throws(TorchError) {
        try call {
            ct_rescale_values($0, factor, shift, range.lowerBound, range.upperBound)
        }
    }

    /// Turns v into a power of its place within a range, counted down from the upper end where inverted.
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

    /// Maps every line along an axis.
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

    /// `[C, voxels]` to `[voxels, C]`.
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

package import SegNASTorch

/// What happens to one image: the numbers that were drawn.
package struct AugmentationSample: Hashable, Sendable {
    /// Nil where every voxel stays where it is.
    package var warp: Warp?
    /// For each channel, in order.
    package var changes: [[IntensityChange]]

    package init(warp: Warp? = nil, changes: [[IntensityChange]] = []) {
        self.warp = warp
        self.changes = changes
    }
}

/// A change of one channel's intensities.
package enum IntensityChange: Hashable, Sendable {
    case noise(deviation: Double, seed: UInt64)
    /// Standard deviations along x, y and z, in voxels.
    case blur(SIMD3<Double>)
    case brightness(factor: Double)
    case contrast(factor: Double)
    /// What is left of the number of voxels along each axis.
    case lowResolution(scale: Double)
    case gamma(exponent: Double, inverted: Bool)

    /// Changes a channel of an image of so many voxels along D, H and W.
    package func apply(
        to channel: ChannelMemory, size: Extent
    ) throws(TorchError) {
        switch self {
        case .noise(let deviation, let seed):
            try channel.addNoise(deviation: deviation, seed: seed)
        case .blur(let deviations):
            let ofAxes = [deviations.z, deviations.y, deviations.x]
            for (axis, deviation) in zip(ChannelMemory.Axis.allCases, ofAxes) where deviation > 0 {
                let length = size.axes[axis.rawValue]
                try channel.filter(
                    along: axis, .gaussian(deviation: deviation, length: length))
            }
        case .brightness(let factor):
            try channel.rescale(factor: factor)
        case .contrast(let factor):
            let before = try channel.statistics()
            try channel.rescale(
                factor: factor, shift: before.mean * (1 - factor),
                within: before.minimum...before.maximum)
        case .lowResolution(let scale):
            for axis in ChannelMemory.Axis.allCases {
                let length = size.axes[axis.rawValue]
                try channel.filter(along: axis, .coarse(scale: scale, length: length))
            }
        case .gamma(let exponent, let inverted):
            try Self.raise(channel, to: exponent, inverted: inverted)
        }
    }

    private static func raise(
        _ channel: ChannelMemory, to exponent: Double, inverted: Bool
    ) throws(TorchError) {
        let before = try channel.statistics()
        guard before.deviation > 0 else { return }
        try channel.raise(
            to: exponent, within: before.minimum...before.maximum, inverted: inverted)
        let after = try channel.statistics()
        let factor = before.deviation / max(after.deviation, 1e-7)
        try channel.rescale(factor: factor, shift: before.mean - factor * after.mean)
    }
}

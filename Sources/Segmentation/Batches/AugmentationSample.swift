internal import SegNASDatasets
internal import SegNASImaging
package import SegNASTorch

/// The augmentation of one image: the numbers that were drawn.
package struct AugmentationSample: Hashable, Sendable {
    /// The movement of voxels; nil if every voxel stays in its place.
    package var warp: Warp?
    /// The changes of each channel, in order.
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
    /// The share of voxels that is left along each axis.
    case lowResolution(scale: Double)
    case gamma(exponent: Double, inverted: Bool)

    /// Changes a channel of an image, `size` being its voxels along D, H and W.
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

/// Writes an augmented case into its place in a batch.
struct SampleMaker {
    var channels: Int
    var size: Extent
    /// The number of threads for a single case.
    var threads: Int

    func make(
        _ image: Samples, _ labels: Samples, _ sample: AugmentationSample, into target: WarpTarget
    ) throws {
        try image.withValues(as: Float.self) { image in
            try labels.withValues(as: UInt8.self) { labels in
                guard let image = image.baseAddress, let labels = labels.baseAddress else { return }
                let source = WarpSource(
                    image: image, labels: labels, channels: channels, size: size)
                try make(source, sample, into: target)
            }
        }
    }

    private func make(
        _ source: WarpSource, _ sample: AugmentationSample, into target: WarpTarget
    ) throws(TorchError) {
        guard channels > 1, sample.changes.contains(where: { !$0.isEmpty }) else {
            try move(source, sample.warp, to: target)
            if channels == 1, let changes = sample.changes.first {
                try change(target.image, changes)
            }
            return
        }
        // Channels are changed one by one, each contiguous in memory.
        let planar = UnsafeMutablePointer<Float>.allocate(capacity: channels * size.volume)
        defer { planar.deallocate() }
        try move(
            source, sample.warp,
            to: WarpTarget(image: planar, labels: target.labels, channelsLast: false))
        for (channel, changes) in sample.changes.enumerated() {
            try change(planar + channel * size.volume, changes)
        }
        ChannelMemory.interleave(
            planar, channels: channels, voxels: size.volume, into: target.image)
    }

    private func move(
        _ source: WarpSource, _ warp: Warp?, to target: WarpTarget
    ) throws(TorchError) {
        if let warp {
            try warp.apply(from: source, to: target, threads: threads)
            return
        }
        if let labels = source.labels {
            target.labels?.update(from: labels, count: size.volume)
        }
        if channels > 1 && target.channelsLast {
            ChannelMemory.interleave(
                source.image, channels: channels, voxels: size.volume, into: target.image)
        } else {
            target.image.update(from: source.image, count: channels * size.volume)
        }
    }

    private func change(
        _ values: UnsafeMutablePointer<Float>, _ changes: [IntensityChange]
    ) throws(TorchError) {
        let channel = ChannelMemory(values, size: size, threads: threads)
        for change in changes { try change.apply(to: channel, size: size) }
    }
}

internal import SegNASDatasets
internal import SegNASImaging
package import SegNASTorch

/// The augmentation of one image: the numbers that were drawn.
package struct AugmentationSample: Hashable, Sendable {
    /// The movement of voxels; nil if every voxel stays in its place.
    package var warp: Warp?
    /// The changes of each channel, in order.
    package var changes: [[IntensityChange]]
    /// The changes of the first stage's masks; nil if they stay as they are.
    package var masks: MaskChanges?

    package init(warp: Warp? = nil, changes: [[IntensityChange]] = []) {
        self.warp = warp
        self.changes = changes
    }

    /// The same of a patch that begins at a voxel of a larger image; nil for a whole image.
    func looking(from origin: SIMD3<Int>?) -> AugmentationSample {
        guard let origin else { return self }
        let warp = self.warp ?? .identity
        var sample = self
        sample.warp = Warp(
            rows: (0..<3).map { axis in
                var row = warp.rows[axis]
                row[3] += Double(origin[axis])
                return row
            }, displacement: warp.displacement)
        return sample
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

/// Writes an augmented case, or a patch of it, into its place in a batch.
struct SampleMaker {
    var channels: Int
    var size: Extent
    /// The number of threads for a single case.
    var threads: Int

    /// - Parameters:
    ///   - example: The case, with as many inputs as ``channels``.
    ///   - labels: Its label map.
    ///   - sample: What was drawn for it.
    ///   - target: Its place.
    /// - Throws: `TorchError`.
    func make(
        _ example: PreparedCase, _ labels: Samples, _ sample: AugmentationSample,
        into target: WarpTarget
    ) throws {
        let isChanged = sample.changes.contains { !$0.isEmpty }
        guard channels > 1, isChanged || example.firstStage != nil else {
            try move(example, labels, sample.warp, to: target)
            if channels == 1, let changes = sample.changes.first {
                try change(target.image, changes)
            }
            return
        }
        // Channels are changed one by one, each contiguous in memory.
        let planar = UnsafeMutablePointer<Float>.allocate(capacity: channels * size.volume)
        defer { planar.deallocate() }
        try move(
            example, labels, sample.warp,
            to: WarpTarget(
                image: planar, labels: target.labels, channelsLast: false, size: size))
        for (channel, changes) in sample.changes.enumerated() {
            try change(planar + channel * size.volume, changes)
        }
        if let firstStage = example.firstStage {
            try writeMasks(
                of: firstStage, example, sample, to: planar + example.channels * size.volume)
        }
        ChannelMemory.interleave(
            planar, channels: channels, voxels: size.volume, into: target.image)
    }

    /// Writes the masks `[classes, D, H, W]` of what the first stage of a cascade has predicted.
    private func writeMasks(
        of firstStage: ClassMasks, _ example: PreparedCase, _ sample: AugmentationSample,
        to target: UnsafeMutablePointer<Float>
    ) throws {
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size.volume) { classes in
            // Of the image, a channel comes along; it lies where the masks will be.
            let scratch = WarpTarget(
                image: target, labels: classes.baseAddress, channelsLast: false, size: size)
            try move(example, channels: 1, firstStage.map, sample.warp, to: scratch)
            ClassMasks.write(
                UnsafeBufferPointer(classes), count: firstStage.count, to: target)
        }
        guard var changes = sample.masks else { return }
        changes.apply(to: target, classes: firstStage.count, size: size.xyz)
    }

    private func move(
        _ example: PreparedCase, channels: Int? = nil, _ labels: Samples, _ warp: Warp?,
        to target: WarpTarget
    ) throws {
        try example.image.withValues(as: Float.self) { image in
            try labels.withValues(as: UInt8.self) { labels in
                guard let image = image.baseAddress, let labels = labels.baseAddress else { return }
                let source = WarpSource(
                    image: image, labels: labels, channels: channels ?? example.channels,
                    size: Extent(xyz: example.size))
                try move(source, warp, to: target)
            }
        }
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
        if source.channels > 1 && target.channelsLast {
            ChannelMemory.interleave(
                source.image, channels: source.channels, voxels: size.volume, into: target.image)
        } else {
            target.image.update(from: source.image, count: source.channels * size.volume)
        }
    }

    private func change(
        _ values: UnsafeMutablePointer<Float>, _ changes: [IntensityChange]
    ) throws(TorchError) {
        let channel = ChannelMemory(values, size: size, threads: threads)
        for change in changes { try change.apply(to: channel, size: size) }
    }
}

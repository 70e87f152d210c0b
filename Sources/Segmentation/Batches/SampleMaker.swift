internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASTorch

/// Puts a case, augmented, into its place in a batch.
struct SampleMaker {
    var channels: Int
    var size: Extent
    /// Of a single case.
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
        // Channels are changed one by one, each lying together.
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

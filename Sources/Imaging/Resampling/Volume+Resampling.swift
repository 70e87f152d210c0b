public import SegNASHost

extension Volume {
    /// The image on another grid, as float32; beyond its border its outermost voxels go on.
    public func resampled(
        by map: GridMap, _ interpolation: ImageInterpolation,
        threads: Int = HostResources.current().cores
    ) -> Volume {
        let resampler = ImageResampler(map, interpolation, border: .edge, threads: threads)
        let count = map.size.x * map.size.y * map.size.z
        let samples = Samples(count: count * channels) {
            (values: UnsafeMutableBufferPointer<Float>) in
            for channel in 0..<channels {
                resampler.resample(
                    self, channel: channel, intensities: .identity,
                    into: .init(rebasing: values[(channel * count)..<((channel + 1) * count)]))
            }
        }
        return Volume(
            shape: [map.size.x, map.size.y, map.size.z] + shape.dropFirst(3),
            affine: map(geometry).affine, samples: samples)
    }

    /// The label map on another grid, in the type that it is stored in; beyond its border its outermost voxels go on.
    public func resampledLabels(
        by map: GridMap, _ interpolation: LabelInterpolation,
        threads: Int = HostResources.current().cores
    ) -> Volume {
        precondition(channels == 1, "a label map has one channel")
        let resampler = LabelResampler(map, interpolation, border: .edge, threads: threads)
        return Volume(
            shape: [map.size.x, map.size.y, map.size.z], affine: map(geometry).affine,
            samples: resampler.resample(samples), scaling: scaling)
    }
}

public import SegNASHost

/// The values of a resampled image beyond its source.
package enum ImageBorder: Sendable {
    /// The value 0.
    case zero
    /// The source's outermost voxel.
    case edge
}

/// Brings images to another grid, axis by axis.
///
/// Slices of the source are reduced along y and x as they are read, and the results along z after that: beyond
/// source and result, memory is needed for the source's slices at the result's size, and a slice for each thread.
package struct ImageResampler: Sendable {
    private let map: GridMap
    private let x: AxisWeights
    private let y: AxisWeights
    private let z: AxisWeights
    private let threads: Int

    package init(
        _ map: GridMap, _ interpolation: ImageInterpolation, border: ImageBorder, threads: Int
    ) {
        self.map = map
        x = AxisWeights(map.x, interpolation, border: border)
        y = AxisWeights(map.y, interpolation, border: border)
        z = AxisWeights(map.z, interpolation, border: border)
        self.threads = threads
    }

    /// Writes one channel of a volume, its values mapped, to memory for the target grid's voxels.
    package func resample(
        _ volume: Volume, channel: Int, intensities: IntensityMap,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(volume.geometry.size == map.sourceSize, "a volume of another grid")
        precondition(target.count == map.size.x * map.size.y * map.size.z, "memory of another size")
        let slices = Slices(count: map.size.x * map.size.y * map.sourceSize.z)
        let conversion = Conversion(volume.scaling, intensities)
        concurrently(map.sourceSize.z, threads: threads) { z in
            read(volume, channel: channel, slice: z, conversion, into: slices)
        }
        let result = Slices(target)
        concurrently(map.size.z, threads: threads) { combine(slices, into: result, at: $0) }
    }

    /// The mean of source slices that a target slice is.
    private func combine(_ slices: Slices, into result: Slices, at index: Int) {
        let count = map.size.x * map.size.y
        let target = result.start + index * count
        guard z.covered.contains(index) else {
            target.update(repeating: 0, count: count)
            return
        }
        z.sumRows(slices.start, stride: count, count: count, at: index, into: target)
    }

    /// Converts a source slice and reduces it along y, then x.
    private func read(
        _ volume: Volume, channel: Int, slice z: Int, _ conversion: Conversion,
        into slices: Slices
    ) {
        let count = map.sourceSize.x * map.sourceSize.y
        let start = (channel * map.sourceSize.z + z) * count
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { doubles in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: count + map.sourceSize.x) {
                floats in
                guard let values = doubles.baseAddress, let slice = floats.baseAddress else {
                    return
                }
                volume.samples.copyDoubles(start..<(start + count), to: values)
                conversion.convert(UnsafePointer(values), count: count, to: slice)
                reduce(
                    slice, row: slice + count, into: slices.start + z * map.size.x * map.size.y)
            }
        }
    }

    private func reduce(
        _ slice: UnsafePointer<Float>, row: UnsafeMutablePointer<Float>,
        into target: UnsafeMutablePointer<Float>
    ) {
        let width = map.sourceSize.x
        for line in 0..<map.size.y {
            let out = target + line * map.size.x
            guard y.covered.contains(line) else {
                out.update(repeating: 0, count: map.size.x)
                continue
            }
            y.sumRows(slice, stride: width, count: width, at: line, into: row)
            out.fill(with: 0, outside: x.covered, of: map.size.x)
            x.interpolate(row, x.covered, into: out)
        }
    }
}

/// Memory for slices, each written by one thread.
private final class Slices: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    private let isOwned: Bool

    init(count: Int) {
        start = .allocate(capacity: max(count, 1))
        isOwned = true
    }

    init(_ memory: UnsafeMutableBufferPointer<Float>) {
        guard let start = memory.baseAddress else { fatalError("memory of no voxels") }
        self.start = start
        isOwned = false
    }

    deinit {
        if isOwned { start.deallocate() }
    }
}

/// The conversion of stored samples to the values that are resampled.
private struct Conversion: Sendable {
    private let slope: Double
    private let intercept: Double
    private let range: ClosedRange<Double>
    private let offset: Double
    private let gain: Double
    private let keepsZero: Bool

    init(_ scaling: Scaling, _ intensities: IntensityMap) {
        slope = scaling.slope
        intercept = scaling.intercept
        range = intensities.range ?? -.infinity ... .infinity
        offset = intensities.offset
        gain = intensities.gain
        keepsZero = intensities.keepsZero
    }

    func convert(
        _ samples: UnsafePointer<Double>, count: Int, to target: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count {
            let value = slope * samples[index] + intercept
            let mapped = (max(range.lowerBound, min(range.upperBound, value)) - offset) * gain
            target[index] = keepsZero && value == 0 ? 0 : Float(mapped)
        }
    }
}

/// A map of an image's values before they are resampled: clipped, shifted and scaled.
package struct IntensityMap: Hashable, Sendable {
    /// Values outside are clipped; nil leaves all as they are.
    package var range: ClosedRange<Double>?
    /// The value that becomes 0.
    package var offset: Double
    /// The factor of the shifted values.
    package var gain: Double
    /// True if values of exactly 0 stay 0, as background does.
    package var keepsZero: Bool

    package init(
        range: ClosedRange<Double>? = nil, offset: Double = 0, gain: Double = 1,
        keepsZero: Bool = false
    ) {
        self.range = range
        self.offset = offset
        self.gain = gain
        self.keepsZero = keepsZero
    }

    package static let identity = IntensityMap()
}

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

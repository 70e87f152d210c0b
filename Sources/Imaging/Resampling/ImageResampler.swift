internal import SegNASHost

/// What a resampled image holds where its source does not reach.
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

/// From stored samples to the values that are resampled.
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

internal import SegNASHost

/// The probability of each class at each voxel of a grid, summed over networks and mirrored images.
///
/// Written by one thread at a time, and only read once it is resampled: that is why it may be shared between threads.
package final class ClassScores: @unchecked Sendable {
    package let classes: Int
    /// Voxels along the axes of the array that ``ScoreResampler`` reads.
    package let size: SIMD3<Int>
    /// The number of probabilities that were added at each voxel.
    package private(set) var count = 0
    // [C, z, y, x]
    let values: UnsafeMutablePointer<Float>

    private let buffer: SampleBuffer
    private let reorientation: Reorientation

    /// Zeros; nil if the system has not the memory of ``byteCount(classes:size:)``.
    ///
    /// - Parameters:
    ///   - classes: Labels with the background.
    ///   - size: Of the grid that networks see.
    ///   - reorientation: From the axes of that grid to those of the image's file, in which scores are kept.
    package init?(classes: Int, size: SIMD3<Int>, reorientation: Reorientation) {
        let bytes = Self.byteCount(classes: classes, size: size)
        guard let buffer = SampleBuffer(byteCount: bytes),
            let values = buffer.bytes.bindMemory(to: Float.self).baseAddress
        else { return nil }
        self.classes = classes
        self.size = reorientation(size)
        self.buffer = buffer
        self.values = values
        self.reorientation = reorientation
        values.initialize(repeating: 0, count: bytes / MemoryLayout<Float>.size)
    }

    package static func byteCount(classes: Int, size: SIMD3<Int>) -> Int {
        classes * size.x * size.y * size.z * MemoryLayout<Float>.size
    }

    /// Adds the probabilities `[C, slices, y, x]` of some slices of the grid that networks see.
    ///
    /// `mirrored` names the axes (x, y, z) along which the image was reversed for the network; its slices are counted
    /// in the reversed image. The call that brings the last slice completes one addition.
    ///
    /// - Returns: False if a probability is NaN or infinite.
    package func add(
        _ slab: UnsafePointer<Float>, slices: Range<Int>, mirrored: [Bool], threads: Int
    ) -> Bool {
        let place = Place(reorientation, size: size, mirrored: mirrored)
        let target = Target(values: values)
        let source = Source(values: slab)
        let voxels = size.x * size.y * size.z
        let sums = concurrentMap(classes * slices.count, threads: threads) { index in
            let (label, slice) = index.quotientAndRemainder(dividingBy: slices.count)
            let start =
                place.start + label * voxels + (slices.lowerBound + slice) * place.strides.z
            return place.add(source.values + index * place.area, to: target.values + start)
        }
        if slices.upperBound == place.slices { count += 1 }
        return sums.allSatisfy(\.isFinite)
    }

    /// Slices that are written by one thread each.
    private struct Target: @unchecked Sendable {
        let values: UnsafeMutablePointer<Float>
    }

    /// Values that are only read.
    private struct Source: @unchecked Sendable {
        let values: UnsafePointer<Float>
    }
}

/// The place of the voxels of an array, with its axes reversed and permuted, in another.
private struct Place: Sendable {
    /// The index of the first voxel, and the strides along each axis of the array.
    var start = 0
    var strides = SIMD3<Int>.zero
    let width: Int
    let height: Int
    let slices: Int

    var area: Int { width * height }

    init(_ reorientation: Reorientation, size: SIMD3<Int>, mirrored: [Bool]) {
        let steps = [1, size.x, size.x * size.y]
        var source = SIMD3<Int>.zero
        for axis in 0..<3 {
            let from = reorientation.sources[axis]
            source[from] = size[axis]
            let isReversed = reorientation.reversals[axis] != mirrored[from]
            strides[from] = isReversed ? -steps[axis] : steps[axis]
            if isReversed { start += steps[axis] * (size[axis] - 1) }
        }
        (width, height, slices) = (source.x, source.y, source.z)
    }

    /// Adds one slice, and returns its sum.
    func add(_ slice: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) -> Float {
        var sum: Float = 0
        for line in 0..<height {
            let from = slice + line * width
            let to = target + line * strides.y
            if strides.x == 1 {
                for index in 0..<width { to[index] += from[index] }
            } else {
                for index in 0..<width { to[index * strides.x] += from[index] }
            }
            for index in 0..<width { sum += from[index] }
        }
        return sum
    }
}

extension Reorientation {
    /// Lengths of the axes of the result.
    fileprivate func callAsFunction(_ size: SIMD3<Int>) -> SIMD3<Int> {
        [size[sources[0]], size[sources[1]], size[sources[2]]]
    }
}

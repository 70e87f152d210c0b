package import SegNASHost

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
    package convenience init?(
        classes: Int, size: SIMD3<Int>, reorientation: Reorientation
    ) {
        let bytes = Self.byteCount(classes: classes, size: size)
        guard let buffer = SampleBuffer(byteCount: bytes) else { return nil }
        self.init(classes, size, reorientation, buffer)
        values.initialize(repeating: 0, count: bytes / MemoryLayout<Float>.size)
    }

    /// Zeros in a file of a folder that disappears with them, for more scores than memory holds.
    ///
    /// - Throws: `SystemFailure` where the folder has no room.
    package convenience init(
        classes: Int, size: SIMD3<Int>, reorientation: Reorientation, scratchIn folder: String
    ) throws(SystemFailure) {
        let bytes = Self.byteCount(classes: classes, size: size)
        self.init(
            classes, size, reorientation, try SampleBuffer(scratchIn: folder, byteCount: bytes))
    }

    private init(
        _ classes: Int, _ size: SIMD3<Int>, _ reorientation: Reorientation, _ buffer: SampleBuffer
    ) {
        guard let values = buffer.bytes.baseAddress else { fatalError("scores without memory") }
        self.classes = classes
        self.size = reorientation(size)
        self.buffer = buffer
        self.values = values.bindMemory(
            to: Float.self, capacity: buffer.bytes.count / MemoryLayout<Float>.size)
        self.reorientation = reorientation
    }

    /// Scores in a part of a grid, in the order of its axes; `count` probabilities were added at each voxel.
    init(_ block: ScoreBlock, count: Int) {
        classes = block.classes
        size = block.box.size
        self.count = count
        values = block.values
        buffer = block.buffer
        reorientation = .identity
    }

    package static func byteCount(classes: Int, size: SIMD3<Int>) -> Int {
        classes * size.x * size.y * size.z * MemoryLayout<Float>.size
    }

    /// Calls a body that adds the probabilities of all of the grid that networks see.
    ///
    /// `mirrored` names the axes (x, y, z) along which the image was reversed for the network.
    package func add<Result>(
        mirrored: [Bool], _ body: (ScorePlace) throws -> Result
    ) rethrows -> Result {
        let place = Place(reorientation, size: size, mirrored: mirrored)
        count += 1
        let ones = { [Float](repeating: 1, count: $0) }
        return try body(
            ScorePlace(
                start: .zero,
                weights: ScoreWeights(
                    x: ones(place.size.x), y: ones(place.size.y), z: ones(place.size.z)),
                sums: values + place.start, classStep: size.x * size.y * size.z,
                steps: place.strides))
    }

    /// Writes the probabilities of a part of the grid that networks see, summed up over `passes`.
    func set(_ block: ScoreBlock, passes: Int, threads: Int) {
        let place = Place(reorientation, size: size, mirrored: [false, false, false])
        let target = Target(values: values)
        let voxels = size.x * size.y * size.z
        concurrently(classes, threads: threads) { label in
            for z in block.box.z {
                for y in block.box.y {
                    let start = place.start + y * place.strides.y + z * place.strides.z
                    let to = target.values + label * voxels + start
                    let from = block.row(label, z: z, y: y)
                    for (index, x) in block.box.x.enumerated() {
                        to[x * place.strides.x] = from[index]
                    }
                }
            }
        }
        count = passes
    }

    /// Slices that are written by one thread each.
    private struct Target: @unchecked Sendable {
        let values: UnsafeMutablePointer<Float>
    }
}

/// The place of the voxels of an array, with its axes reversed and permuted, in another.
private struct Place: Sendable {
    /// The index of the first voxel, and the strides along each axis of the array.
    var start = 0
    var strides = SIMD3<Int>.zero
    /// Of the array.
    var size = SIMD3<Int>.zero

    init(_ reorientation: Reorientation, size: SIMD3<Int>, mirrored: [Bool]) {
        let steps = [1, size.x, size.x * size.y]
        for axis in 0..<3 {
            let from = reorientation.sources[axis]
            self.size[from] = size[axis]
            let isReversed = reorientation.reversals[axis] != mirrored[from]
            strides[from] = isReversed ? -steps[axis] : steps[axis]
            if isReversed { start += steps[axis] * (size[axis] - 1) }
        }
    }
}

extension Reorientation {
    /// Lengths of the axes of the result.
    fileprivate func callAsFunction(_ size: SIMD3<Int>) -> SIMD3<Int> {
        [size[sources[0]], size[sources[1]], size[sources[2]]]
    }
}

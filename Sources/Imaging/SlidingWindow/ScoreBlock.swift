internal import SegNASHost

/// Class scores of a part of a grid: sums that are still open, or probabilities on their way to the result.
///
/// A block is written by one call at a time, whose threads write rows of their own; that is why it may be shared.
package final class ScoreBlock: @unchecked Sendable {
    package let classes: Int
    /// The voxels that it holds, by their indices in the whole grid.
    package let box: ScoreBox
    /// `[C, z, y, x]` of the box.
    package let values: UnsafeMutablePointer<Float>
    let buffer: SampleBuffer

    /// Zeros.
    convenience init(
        zerosFor classes: Int, box: ScoreBox, in memory: ScoreMemory, threads: Int
    ) throws(ScoreMemoryError) {
        let (buffer, isZero) = try memory.buffer(box.byteCount(classes: classes))
        self.init(classes, box, buffer)
        guard !isZero else { return }
        concurrently(classes, threads: threads) { label in
            (self.values + label * box.count).update(repeating: 0, count: box.count)
        }
    }

    /// Numbers that are to be written before they are read.
    convenience init(
        classes: Int, box: ScoreBox, in memory: ScoreMemory
    ) throws(ScoreMemoryError) {
        self.init(classes, box, try memory.buffer(box.byteCount(classes: classes)).buffer)
    }

    private init(_ classes: Int, _ box: ScoreBox, _ buffer: SampleBuffer) {
        guard let values = buffer.bytes.baseAddress else { fatalError("a block without memory") }
        self.classes = classes
        self.box = box
        self.buffer = buffer
        self.values = values.bindMemory(to: Float.self, capacity: classes * box.count)
    }

    /// The first voxel of a row.
    package func row(_ label: Int, z: Int, y: Int) -> UnsafeMutablePointer<Float> {
        let plane = label * box.z.count + z - box.z.lowerBound
        return values + (plane * box.y.count + y - box.y.lowerBound) * box.x.count
    }

    /// Copies the voxels that another block holds too.
    func copy(from other: ScoreBlock, threads: Int) {
        guard let common = box.intersection(other.box) else { return }
        let (to, from) = (
            common.x.lowerBound - box.x.lowerBound, common.x.lowerBound - other.box.x.lowerBound
        )
        concurrently(classes, threads: threads) { label in
            for z in common.z {
                for y in common.y {
                    (self.row(label, z: z, y: y) + to).update(
                        from: other.row(label, z: z, y: y) + from, count: common.x.count)
                }
            }
        }
    }
}

/// A part of a grid: ranges of voxels along x, y and z.
package struct ScoreBox: Hashable, Sendable {
    package var x: Range<Int>
    package var y: Range<Int>
    package var z: Range<Int>

    package init(x: Range<Int>, y: Range<Int>, z: Range<Int>) {
        self.x = x
        self.y = y
        self.z = z
    }

    package var size: SIMD3<Int> { [x.count, y.count, z.count] }
    package var count: Int { x.count * y.count * z.count }

    func byteCount(classes: Int) -> Int { classes * count * MemoryLayout<Float>.size }

    /// What two boxes have in common; nil where that is nothing.
    func intersection(_ other: ScoreBox) -> ScoreBox? {
        let common = ScoreBox(
            x: x.clamped(to: other.x), y: y.clamped(to: other.y), z: z.clamped(to: other.z))
        return common.count > 0 ? common : nil
    }

    /// The box with so many voxels more at its lower sides, as far as the grid goes.
    func extended(by halo: SIMD3<Int>) -> ScoreBox {
        ScoreBox(
            x: max(0, x.lowerBound - halo.x)..<x.upperBound,
            y: max(0, y.lowerBound - halo.y)..<y.upperBound,
            z: max(0, z.lowerBound - halo.z)..<z.upperBound)
    }
}

/// The system has no memory of that size.
package struct ScoreMemoryError: Error, Equatable {
    package var bytes: Int
}

/// A mask of the voxels in a box: one bit each, x fastest, each row in separate words.
struct BitGrid: Sendable {
    let size: SIMD3<Int>
    let wordsPerRow: Int
    var words: [UInt64]

    /// No voxels.
    init(size: SIMD3<Int>) {
        self.size = size
        wordsPerRow = (size.x + 63) / 64
        words = Array(repeating: 0, count: wordsPerRow * size.y * size.z)
    }

    /// The voxels of runs that lie in a box of a volume with rows of `height` in a slice.
    init(_ runs: [VoxelRun], box: VoxelBox, height: Int) {
        self.init(size: box.size)
        for run in runs {
            let (z, y) = Int(run.row).quotientAndRemainder(dividingBy: height)
            let row = (z - box.lower.z) * size.y + y - box.lower.y
            fill(row, Int(run.start) - box.lower.x..<Int(run.end) - box.lower.x)
        }
    }

    /// Sets a part of a row.
    private mutating func fill(_ row: Int, _ range: Range<Int>) {
        let last = (range.upperBound - 1) / 64
        for word in range.lowerBound / 64...last {
            let lower = max(0, range.lowerBound - 64 * word)
            let upper = min(64, range.upperBound - 64 * word)
            let bits = UInt64.max >> UInt64(64 - upper + lower)
            words[row * wordsPerRow + word] |= bits << UInt64(lower)
        }
    }

    /// The voxels with a face neighbour that is not in the mask, or lies outside the box.
    func surface() -> BitGrid {
        var surface = self
        words.withUnsafeBufferPointer { words in
            for row in 0..<size.y * size.z {
                let (y, z) = (row % size.y, row / size.y)
                let inside = y > 0 && y + 1 < size.y && z > 0 && z + 1 < size.z
                guard inside else { continue }
                for word in 0..<wordsPerRow {
                    surface.words[row * wordsPerRow + word] &= ~interior(words, row, word)
                }
            }
        }
        return surface
    }

    /// The voxels of a word all neighbours of which are in the mask; its row is not on the border of the box.
    @inline(__always)
    private func interior(
        _ words: UnsafeBufferPointer<UInt64>, _ row: Int, _ word: Int
    ) -> UInt64 {
        let index = row * wordsPerRow + word
        let before = word > 0 ? words[index - 1] >> 63 : 0
        let after = word + 1 < wordsPerRow ? words[index + 1] << 63 : 0
        let alongX = (words[index] << 1 | before) & (words[index] >> 1 | after)
        let slice = wordsPerRow * size.y
        return alongX & words[index - wordsPerRow] & words[index + wordsPerRow]
            & words[index - slice] & words[index + slice]
    }
}

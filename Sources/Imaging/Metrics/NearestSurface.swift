/// Finds the voxel of a surface that is nearest to a point, exactly.
///
/// A surface fills few rows along x, and in a row of bits the nearest voxel takes a few instructions. So the rows
/// around a point are searched outwards until they lie farther than the best voxel: first those nearby, which is where
/// two segmentations that agree end; then blocks of 8×8 rows, which are skipped where the union of their rows shows
/// that they hold nothing nearer. Against two exact distance transforms (Felzenszwalb & Huttenlocher 2012,
/// doi:10.4086/toc.2012.v008a019) of the box this costs time for the surfaces only, and a bit of memory for a voxel.
struct NearestSurface {
    private let surface: BitGrid
    /// The unions of blocks of rows.
    private let blocks: BitGrid
    private let spacing: SIMD3<Double>
    /// All rows nearer than some distance, the nearest first.
    private let nearRows: [Row]

    /// The offset of a row from another.
    private struct Row {
        let y: Int
        let z: Int
        /// Mm².
        let squared: Double
    }

    init(_ surface: BitGrid, spacing: SIMD3<Double>) {
        self.surface = surface
        self.spacing = spacing
        blocks = surface.rowBlocks()
        nearRows = Self.nearRows(spacing)
    }

    private static func nearRows(_ spacing: SIMD3<Double>) -> [Row] {
        let limit = 3.5 * min(spacing.y, spacing.z)
        let rows = (-3...3).flatMap { z in
            (-3...3).map { y in
                let step = SIMD2(Double(y) * spacing.y, Double(z) * spacing.z)
                return Row(y: y, z: z, squared: (step * step).sum())
            }
        }
        return rows.filter { $0.squared < limit * limit }.sorted { $0.squared < $1.squared }
    }

    /// The distances in mm of all voxels of another mask of the same box.
    func distances(from mask: BitGrid) -> DistanceList {
        var list = DistanceList()
        surface.words.withUnsafeBufferPointer { words in
            blocks.words.withUnsafeBufferPointer { blockWords in
                var search = Search(index: self, words: words, blockWords: blockWords)
                for (index, word) in mask.words.enumerated() where word != 0 {
                    list.zeros += (word & words[index]).nonzeroBitCount
                    var rest = word & ~words[index]
                    while rest != 0 {
                        let x = index % mask.wordsPerRow * 64 + rest.trailingZeroBitCount
                        let row = index / mask.wordsPerRow
                        let squared = search.nearest(x, row % mask.size.y, row / mask.size.y)
                        list.others.append(Float(squared.squareRoot()))
                        rest &= rest - 1
                    }
                }
            }
        }
        return list
    }
}

extension NearestSurface {
    /// The search for the points of one mask, in order: neighbours have neighbours nearest.
    private struct Search {
        let index: NearestSurface
        let words: UnsafeBufferPointer<UInt64>
        let blockWords: UnsafeBufferPointer<UInt64>
        /// The point that is searched for, and the nearest found: its squared distance in mm².
        private var point = SIMD3(0, 0, 0)
        private var best = Double.infinity
        /// The last voxel that was found: not far from the next.
        private var found: SIMD3<Int>?

        init(
            index: NearestSurface, words: UnsafeBufferPointer<UInt64>,
            blockWords: UnsafeBufferPointer<UInt64>
        ) {
            self.index = index
            self.words = words
            self.blockWords = blockWords
        }

        mutating func nearest(_ x: Int, _ y: Int, _ z: Int) -> Double {
            point = SIMD3(x, y, z)
            best = .infinity
            let size = index.surface.size
            for row in index.nearRows {
                guard row.squared < best else { return best }
                let (y, z) = (y + row.y, z + row.z)
                guard y >= 0, y < size.y, z >= 0, z < size.z else { continue }
                searchRow(y, z, row.squared)
            }
            searchBlocks()
            return best
        }

        @inline(__always)
        private mutating func searchRow(_ y: Int, _ z: Int, _ squared: Double) {
            let step = nearestBit(
                words, row: z * index.surface.size.y + y, index.surface.wordsPerRow, point.x)
            guard let step else { return }
            let distance = Double(step) * index.spacing.x
            let total = squared + distance * distance
            guard total < best else { return }
            best = total
            found = SIMD3(point.x + step, y, z)
        }

        private mutating func searchBlocks() {
            if let found {
                let step = SIMD3<Double>(found &- point) * index.spacing
                best = min(best, (step * step).sum())
            }
            let count = index.blocks.size
            let start = SIMD3(0, point.y / blockSide, point.z / blockSide)
            for z in start.z..<count.z where searchBlocks(z, start.y, count.y) { break }
            for z in (0..<start.z).reversed() where searchBlocks(z, start.y, count.y) { break }
        }

        /// Searches the blocks of a layer; true if the whole layer is too far.
        private mutating func searchBlocks(_ z: Int, _ start: Int, _ count: Int) -> Bool {
            let across = gap(point.z, z) * index.spacing.z
            guard across * across < best else { return true }
            for y in start..<count where searchBlock(y, z, across * across) { break }
            for y in (0..<start).reversed() where searchBlock(y, z, across * across) { break }
            return false
        }

        /// Searches the rows of a block; true if it lies too far.
        private mutating func searchBlock(_ blockY: Int, _ blockZ: Int, _ squared: Double) -> Bool {
            let across = gap(point.y, blockY) * index.spacing.y
            let squared = squared + across * across
            guard squared < best else { return true }
            let row = blockZ * index.blocks.size.y + blockY
            guard let step = nearestBit(blockWords, row: row, index.blocks.wordsPerRow, point.x)
            else { return false }
            let distance = Double(step) * index.spacing.x
            guard squared + distance * distance < best else { return false }
            let size = index.surface.size
            for z in blockZ * blockSide..<min((blockZ + 1) * blockSide, size.z) {
                let alongZ = Double(z - point.z) * index.spacing.z
                for y in blockY * blockSide..<min((blockY + 1) * blockSide, size.y) {
                    let alongY = Double(y - point.y) * index.spacing.y
                    let squared = alongY * alongY + alongZ * alongZ
                    if squared < best { searchRow(y, z, squared) }
                }
            }
            return false
        }

        /// Voxels between a coordinate and a block.
        @inline(__always)
        private func gap(_ coordinate: Int, _ block: Int) -> Double {
            Double(max(0, block * blockSide - coordinate, coordinate - (block + 1) * blockSide + 1))
        }
    }
}

private let blockSide = 8

extension BitGrid {
    /// The unions of the rows of blocks of 8×8.
    fileprivate func rowBlocks() -> BitGrid {
        var blocks = BitGrid(
            size: SIMD3(
                size.x, (size.y + blockSide - 1) / blockSide, (size.z + blockSide - 1) / blockSide))
        for row in 0..<size.y * size.z {
            let (y, z) = (row % size.y / blockSide, row / size.y / blockSide)
            for word in 0..<wordsPerRow {
                blocks.words[(z * blocks.size.y + y) * wordsPerRow + word] |=
                    words[row * wordsPerRow + word]
            }
        }
        return blocks
    }
}

/// The way along a row of bits from a place to the nearest that is set.
@inline(__always)
private func nearestBit(
    _ words: UnsafeBufferPointer<UInt64>, row: Int, _ wordsPerRow: Int, _ x: Int
) -> Int? {
    let first = row * wordsPerRow
    let (word, bit) = (x >> 6, UInt64(x & 63))
    var (after, before) = (Int.max, Int.max)
    let upper = words[first + word] >> bit
    if upper != 0 {
        after = upper.trailingZeroBitCount
    } else {
        var next = word + 1
        while next < wordsPerRow, words[first + next] == 0 { next += 1 }
        if next < wordsPerRow { after = next * 64 + words[first + next].trailingZeroBitCount - x }
    }
    let lower = words[first + word] << (63 - bit)
    if lower != 0 {
        before = lower.leadingZeroBitCount
    } else {
        var next = word - 1
        while next >= 0, words[first + next] == 0 { next -= 1 }
        if next >= 0 { before = x - next * 64 - 63 + words[first + next].leadingZeroBitCount }
    }
    guard min(after, before) < .max else { return nil }
    return after <= before ? after : -before
}

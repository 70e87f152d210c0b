internal import SegNASHost
internal import Synchronization

/// Factors at each voxel along x, y and z; a voxel's own is their product.
struct ScoreWeights: Sendable {
    let x: [Float]
    let y: [Float]
    let z: [Float]
}

/// The addition of a tile's probabilities, times its weights, to the blocks that hold the tile's voxels.
struct TileSum: Sendable {
    /// Of a tile.
    let weights: ScoreWeights
    let mirrored: [Bool]
    let blocks: [ScoreBlock]
    private let patch: SIMD3<Int>
    /// The tile's first voxel in the image, and the image's voxels that the tile holds.
    private let start: SIMD3<Int>
    private let voxels: ScoreBox

    init(
        _ tile: SIMD3<Int>, of grid: TileGrid, weights: ScoreWeights, mirrored: [Bool],
        blocks: [ScoreBlock]
    ) {
        self.weights = weights
        self.mirrored = mirrored
        self.blocks = blocks
        patch = grid.patch
        start = grid.start(of: tile)
        voxels = ScoreBox(
            x: grid.x.voxels(of: tile.x), y: grid.y.voxels(of: tile.y),
            z: grid.z.voxels(of: tile.z))
    }

    /// Adds slices `[C, slices, H, W]` of the mirrored tile; false where a probability is NaN or infinite.
    func add(_ values: UnsafePointer<Float>, slices: Range<Int>, threads: Int) -> Bool {
        guard let classes = blocks.first?.classes else { return true }
        let source = Source(values: values)
        let areFinite = Atomic(true)
        let count = slices.count * patch.y * patch.x
        concurrently(classes, threads: threads) { label in
            let values = source.values + label * count
            weights.x.withUnsafeBufferPointer { factors in
                guard let factors = factors.baseAddress else { return }
                for block in blocks { add(values, slices, label, factors, to: block) }
            }
            if !Self.areFinite(values, count) { areFinite.store(false, ordering: .relaxed) }
        }
        return areFinite.load(ordering: .relaxed)
    }

    /// Values that are only read.
    private struct Source: @unchecked Sendable {
        let values: UnsafePointer<Float>
    }

    /// Adds one class where a block has voxels of the slices.
    private func add(
        _ values: UnsafePointer<Float>, _ slices: Range<Int>, _ label: Int,
        _ factors: UnsafePointer<Float>, to block: ScoreBlock
    ) {
        let columns = voxels.x.clamped(to: block.box.x)
        let first = columns.lowerBound - start.x
        for index in slices {
            let slice = mirrored[2] ? patch.z - 1 - index : index
            guard block.box.z.contains(start.z + slice) else { continue }
            for y in voxels.y.clamped(to: block.box.y) {
                let line = mirrored[1] ? patch.y - 1 - (y - start.y) : y - start.y
                let from = values + ((index - slices.lowerBound) * patch.y + line) * patch.x
                let row = block.row(label, z: start.z + slice, y: y)
                let to = row + (columns.lowerBound - block.box.x.lowerBound)
                let weight = weights.z[slice] * weights.y[y - start.y]
                if mirrored[0] {
                    let last = from + (patch.x - 1 - first)
                    for place in 0..<columns.count {
                        to[place] += weight * factors[first + place] * last[-place]
                    }
                } else {
                    for place in 0..<columns.count {
                        to[place] += weight * factors[first + place] * from[first + place]
                    }
                }
            }
        }
    }

    /// True where no value is NaN or infinite: those have all bits of the exponent set.
    private static func areFinite(_ values: UnsafePointer<Float>, _ count: Int) -> Bool {
        let exponent: UInt32 = 0x7f80_0000
        var found: UInt32 = 0
        for index in 0..<count {
            found |= values[index].bitPattern & exponent == exponent ? 1 : 0
        }
        return found == 0
    }
}

extension ScoreBlock {
    /// Multiplies all values by the factors of their voxels.
    func multiply(by factors: ScoreWeights, threads: Int) {
        concurrently(classes, threads: threads) { label in
            factors.x[self.box.x].withUnsafeBufferPointer { columns in
                guard let columns = columns.baseAddress else { return }
                for z in self.box.z {
                    for y in self.box.y {
                        let row = self.row(label, z: z, y: y)
                        let factor = factors.z[z] * factors.y[y]
                        for index in 0..<self.box.x.count { row[index] *= factor * columns[index] }
                    }
                }
            }
        }
    }
}

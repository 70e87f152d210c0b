/// Copies tiles out of an image, zeros where they leave it, as in training.
package struct TileReader: Sendable {
    package let grid: TileGrid
    /// Of the image, then a mask of each class that networks see.
    package let channels: Int
    private let image: Samples
    private let masks: ClassMasks?

    /// A reader of an image, float32 `[C, z, y, x]` of the grid's size, and of a label map of the same size.
    package init(_ image: Samples, masks: ClassMasks? = nil, grid: TileGrid) {
        let voxels = grid.size.x * grid.size.y * grid.size.z
        precondition(image.count % voxels == 0, "an image of another size")
        precondition(masks?.map.count ?? voxels == voxels, "a label map of another size")
        self.image = image
        self.masks = masks
        self.grid = grid
        channels = image.count / voxels + (masks?.count ?? 0)
    }

    /// Float32 values of a tile.
    package var count: Int { channels * grid.x.patch * grid.y.patch * grid.z.patch }

    /// Writes a tile `[C, D, H, W]`, reversed along some of the axes x, y and z.
    package func copy(
        _ tile: SIMD3<Int>, mirrored: [Bool], to target: UnsafeMutablePointer<Float>
    ) {
        copy(tile, mirrored: mirrored, of: image, to: target)
        guard let masks else { return }
        let voxels = grid.patch.x * grid.patch.y * grid.patch.z
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: voxels) { classes in
            guard let start = classes.baseAddress else { return }
            copy(tile, mirrored: mirrored, of: masks.map, to: start)
            ClassMasks.write(
                UnsafeBufferPointer(classes), count: masks.count,
                to: target + (channels - masks.count) * voxels)
        }
    }

    /// Writes a tile `[C, D, H, W]` of samples `[C, z, y, x]`.
    private func copy<Value: Sample & Numeric>(
        _ tile: SIMD3<Int>, mirrored: [Bool], of samples: Samples,
        to target: UnsafeMutablePointer<Value>
    ) {
        let start = grid.start(of: tile)
        let (size, patch) = (grid.size, grid.patch)
        samples.withValues(as: Value.self) { values in
            guard let source = values.baseAddress else { return }
            let lines = values.count / (size.x * size.y * size.z) * patch.z * patch.y
            for index in 0..<lines {
                let row = target + index * patch.x
                let (plane, line) = index.quotientAndRemainder(dividingBy: patch.y)
                let (channel, slice) = plane.quotientAndRemainder(dividingBy: patch.z)
                let y = start.y + (mirrored[1] ? patch.y - 1 - line : line)
                let z = start.z + (mirrored[2] ? patch.z - 1 - slice : slice)
                guard (0..<size.y).contains(y), (0..<size.z).contains(z) else {
                    row.update(repeating: 0, count: patch.x)
                    continue
                }
                let voxels = source + ((channel * size.z + z) * size.y + y) * size.x
                copy(voxels, grid.x.voxels(of: tile.x), start.x, isMirrored: mirrored[0], to: row)
            }
        }
    }

    /// Copies the voxels of a line that lie in the image, and zeros beside them.
    private func copy<Value: Numeric>(
        _ line: UnsafePointer<Value>, _ voxels: Range<Int>, _ start: Int, isMirrored: Bool,
        to row: UnsafeMutablePointer<Value>
    ) {
        let patch = grid.x.patch
        if voxels.count < patch { row.update(repeating: 0, count: patch) }
        if isMirrored {
            for voxel in voxels { row[patch - 1 - (voxel - start)] = line[voxel] }
        } else {
            (row + (voxels.lowerBound - start)).update(
                from: line + voxels.lowerBound, count: voxels.count)
        }
    }

    /// The one value of each channel in a tile `[C, D, H, W]`, as bits; nil where a channel has several.
    ///
    /// A network gives the same scores for all tiles of the same values, such as those of air that is clipped to one
    /// intensity, or of padding.
    package func uniformValues(_ tile: UnsafePointer<Float>) -> [UInt32]? {
        let voxels = count / channels
        var values: [UInt32] = []
        for channel in 0..<channels {
            let start = tile + channel * voxels
            let first = start[0].bitPattern
            for line in stride(from: 0, to: voxels, by: grid.x.patch) {
                var difference: UInt32 = 0
                for index in line..<line + grid.x.patch {
                    difference |= start[index].bitPattern ^ first
                }
                guard difference == 0 else { return nil }
            }
            values.append(first)
        }
        return values
    }
}

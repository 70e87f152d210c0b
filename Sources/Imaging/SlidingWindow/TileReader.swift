/// Copies tiles out of an image, zeros where they leave it, as in training.
package struct TileReader: Sendable {
    package let grid: TileGrid
    package let channels: Int
    private let image: Samples

    /// A reader of an image, float32 `[C, z, y, x]` of the grid's size.
    package init(_ image: Samples, channels: Int, grid: TileGrid) {
        let size = grid.size
        precondition(image.count == channels * size.x * size.y * size.z, "an image of another size")
        self.image = image
        self.channels = channels
        self.grid = grid
    }

    /// Float32 values of a tile.
    package var count: Int { channels * grid.x.patch * grid.y.patch * grid.z.patch }

    /// Writes a tile `[C, D, H, W]`, reversed along some of the axes x, y and z.
    package func copy(
        _ tile: SIMD3<Int>, mirrored: [Bool], to target: UnsafeMutablePointer<Float>
    ) {
        let start = grid.start(of: tile)
        let (size, patch) = (grid.size, grid.patch)
        image.withValues(as: Float.self) { values in
            guard let source = values.baseAddress else { return }
            for index in 0..<channels * patch.z * patch.y {
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
    private func copy(
        _ line: UnsafePointer<Float>, _ voxels: Range<Int>, _ start: Int, isMirrored: Bool,
        to row: UnsafeMutablePointer<Float>
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

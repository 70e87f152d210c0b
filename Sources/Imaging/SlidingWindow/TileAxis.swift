internal import Glibc

/// Where the tiles of a sliding window lie along one axis of an image, and how much each of their voxels counts.
///
/// Tiles overlap by a share of their length at least, are spread evenly, and the last one ends where the image
/// ends, as in nnU-Net (Isensee et al. 2021, doi:10.1038/s41592-020-01008-z). An image shorter than a tile lies in
/// its middle.
package struct TileAxis: Hashable, Sendable {
    /// Voxels of the image.
    package let size: Int
    /// Voxels of a tile.
    package let patch: Int
    /// The first voxel of each tile, ascending; negative where the image is shorter than a tile.
    package let starts: [Int]
    /// The weight of each voxel of a tile: a Gaussian about voxel `patch / 2` whose greatest value is 1.
    ///
    /// Its standard deviation is an eighth of the tile. Four of them reach the tile's border, so that no weight is
    /// less than e⁻⁸, and none needs to be replaced because it is 0.
    package let weights: [Float]

    /// Tiles of which neighbours overlap by a share of their length, at least 0 and less than 1.
    package init(size: Int, patch: Int, overlap: Double) {
        precondition(size > 0 && patch > 0 && overlap >= 0 && overlap < 1, "no tiles")
        self.size = size
        self.patch = patch
        starts =
            size <= patch
            ? [-((patch - size) / 2)]
            : Self.starts(size, patch, step: Double(patch) * (1 - overlap))
        let deviation = Double(patch) / 8
        weights = (0..<patch).map { voxel in
            let distance = Double(voxel - patch / 2) / deviation
            return Float(exp(-distance * distance / 2))
        }
    }

    /// Starts of tiles with steps as even as whole voxels allow, none longer than `step` but for rounding.
    private static func starts(_ size: Int, _ patch: Int, step: Double) -> [Int] {
        let steps = (Double(size - patch) / step).rounded(.up)
        let even = Double(size - patch) / steps
        return (0...Int(steps)).map { Int((even * Double($0)).rounded(.toNearestOrEven)) }
    }

    /// The image's voxels that a tile holds.
    package func voxels(of tile: Int) -> Range<Int> {
        max(0, starts[tile])..<min(size, starts[tile] + patch)
    }

    /// The tiles that hold a voxel of a range, which must not be empty.
    package func tiles(meeting range: Range<Int>) -> Range<Int> {
        let first = starts.firstIndex { $0 + patch > range.lowerBound } ?? 0
        let last = starts.lastIndex { $0 < range.upperBound } ?? 0
        return first..<last + 1
    }

    /// The sum of all tiles' weights at each voxel of the image.
    ///
    /// Tiles are all combinations of those of the three axes, and weights are products, so that the sum at a voxel of
    /// the image is the product of the three sums.
    package var weightSums: [Float] {
        var sums = [Double](repeating: 0, count: size)
        for tile in starts.indices {
            for voxel in voxels(of: tile) { sums[voxel] += Double(weights[voxel - starts[tile]]) }
        }
        return sums.map { Float($0) }
    }
}

/// The tiles of a sliding window over an image: all combinations of those along its axes.
package struct TileGrid: Hashable, Sendable {
    package let x: TileAxis
    package let y: TileAxis
    package let z: TileAxis

    /// Tiles of `patch` voxels over an image of `size`, along x, y and z.
    package init(size: SIMD3<Int>, patch: SIMD3<Int>, overlap: Double) {
        x = TileAxis(size: size.x, patch: patch.x, overlap: overlap)
        y = TileAxis(size: size.y, patch: patch.y, overlap: overlap)
        z = TileAxis(size: size.z, patch: patch.z, overlap: overlap)
    }

    package var size: SIMD3<Int> { [x.size, y.size, z.size] }
    package var patch: SIMD3<Int> { [x.patch, y.patch, z.patch] }
    package var count: Int { x.starts.count * y.starts.count * z.starts.count }

    /// True where one tile is the image, voxel by voxel.
    package var isWhole: Bool { size == patch }

    /// The first voxel of a tile, which is counted along x, y and z; negative in padding.
    package func start(of tile: SIMD3<Int>) -> SIMD3<Int> {
        [x.starts[tile.x], y.starts[tile.y], z.starts[tile.z]]
    }
}

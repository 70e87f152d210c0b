/// Factors at each voxel along x, y and z; a voxel's own is their product.
package struct ScoreWeights: Sendable {
    package var x: [Float]
    package var y: [Float]
    package var z: [Float]
}

/// Where the probabilities of a part of a tile are added up, and how much its voxels count.
package struct ScorePlace {
    /// The part's first voxel in the tile as a network sees it, which may be mirrored.
    package let start: SIMD3<Int>
    /// For all voxels of the part, in the network's order.
    package let weights: ScoreWeights
    /// The sum of the first class at the first voxel.
    package let sums: UnsafeMutablePointer<Float>
    /// From one class to the next.
    package let classStep: Int
    /// From one voxel to the next along x, y and z of the tile.
    package let steps: SIMD3<Int>
}

/// A part of a tile along one axis.
struct TilePart {
    /// Its first voxel in the tile as a network sees it.
    let start: Int
    /// The image's voxel there.
    let voxel: Int
    /// From there to the image's next voxel: 1, or −1 where the tile is mirrored.
    let step: Int
    /// The tile's weights as shares of those of all tiles.
    let weights: [Float]

    /// - Parameters:
    ///   - tile: Its number along the axis.
    ///   - axis: All tiles.
    ///   - shares: What the tiles' weights at each voxel of the image are multiplied by so that their sum is 1.
    ///   - box: The image's voxels that are wanted; the tile must hold one of them.
    ///   - isMirrored: Whether the network sees the tile reversed along this axis.
    init(_ tile: Int, of axis: TileAxis, shares: [Float], in box: Range<Int>, isMirrored: Bool) {
        let first = axis.starts[tile]
        let voxels = axis.voxels(of: tile).clamped(to: box)
        let weights = voxels.map { axis.weights[$0 - first] * shares[$0] }
        if isMirrored {
            start = first + axis.patch - voxels.upperBound
            voxel = voxels.upperBound - 1
            step = -1
            self.weights = weights.reversed()
        } else {
            start = voxels.lowerBound - first
            voxel = voxels.lowerBound
            step = 1
            self.weights = weights
        }
    }
}

extension ScoreBlock {
    /// The place of a part of a tile, all of which the block must hold.
    func place(_ x: TilePart, _ y: TilePart, _ z: TilePart) -> ScorePlace {
        let line = box.x.count
        return ScorePlace(
            start: [x.start, y.start, z.start],
            weights: ScoreWeights(x: x.weights, y: y.weights, z: z.weights),
            sums: row(0, z: z.voxel, y: y.voxel) + (x.voxel - box.x.lowerBound),
            classStep: box.count,
            steps: [x.step, y.step * line, z.step * line * box.y.count])
    }
}

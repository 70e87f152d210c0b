internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASTorch

extension SlidingWindow {
    /// Whether ``mostProbable(of:labels:by:on:)`` has room for the sums of an image, for tiles, and for its classes and
    /// their comparison with others.
    func fits(_ image: PreparedCase, labels: Int, on device: Device) throws(TorchError) -> Bool {
        let memory = try TensorMemory.statistics(on: device)
        guard let limit = memory.limit else { return true }
        let (size, tile) = (extent(of: image), patch)
        let (voxels, ofTiles) = (size.x * size.y * size.z, batch * tile.x * tile.y * tile.z)
        // Indices of 64 bits are made of classes, their counts of several.
        let bytes = UInt64(4 * labels * (voxels + 4 * ofTiles) + 48 * voxels)
        return memory.current.bytes + bytes <= limit.bytes
    }

    /// The most probable class at each voxel of the image, by sums that lie on a GPU as long as tiles are missing.
    ///
    /// The GPU is not waited for.
    ///
    /// - Parameters:
    ///   - image: Of any size.
    ///   - labels: Outputs of the networks: classes with the background.
    ///   - members: Networks on the device, whose probabilities are averaged.
    ///   - device: A GPU.
    /// - Returns: The classes, uint8 `[1, D, H, W]`, and whether all probabilities were finite, both on the device.
    /// - Throws: `TorchError`, and what ``progress`` throws.
    func mostProbable(
        of image: PreparedCase, labels: Int, by members: [EnsembleMember], on device: Device
    ) throws -> (classes: Tensor, areFinite: Tensor) {
        precondition(rule == .mostProbable && mirrorings == [[false, false, false]])
        let (grid, size) = (grid(of: image), extent(of: image))
        let sums = try Tensor.zeros([1, labels, size.z, size.y, size.x], device: device)
        let weights = try weights(of: grid).moved(to: device)
        let tiles = grid.z.starts.indices.flatMap { z in
            grid.y.starts.indices.flatMap { y in
                grid.x.starts.indices.map { x in SIMD3(x, y, z) }
            }
        }
        // The image lies in the middle of what is longer than it.
        let margin = size &- grid.size
        let before = SIMD3(margin.x / 2, margin.y / 2, margin.z / 2)
        try runner(image, members, tiles: tiles.count).run(tiles) { scores, member, tile, _ in
            let start = grid.start(of: tile) &+ before
            let place = try sums.sliced(start.z..<start.z + patch.z, along: 2)
                .sliced(start.y..<start.y + patch.y, along: 3)
                .sliced(start.x..<start.x + patch.x, along: 4)
            let probabilities = try scores.cast(to: .float32).softmax(along: 1)
            try place.assign(place + probabilities * (weights * member.weight))
            return true  // as far as is known
        }
        let own = try sums.sliced(before.z..<before.z + grid.size.z, along: 2)
            .sliced(before.y..<before.y + grid.size.y, along: 3)
            .sliced(before.x..<before.x + grid.size.x, along: 4)
        // Probabilities are not so many that their sum exceeds what a number can be.
        return (try own.classes(rule), try sums.sum().isFinite())
    }

    /// Voxels of the sums: where the image is shorter than a tile, they hold all of it.
    private func extent(of image: PreparedCase) -> SIMD3<Int> {
        pointwiseMax(image.size, patch)
    }

    /// The weight of each voxel of a tile, `[1, 1, D, H, W]`.
    private func weights(of grid: TileGrid) throws(TorchError) -> Tensor {
        var weights = try Tensor(grid.z.weights, shape: [1, 1, patch.z, 1, 1])
        weights = try weights * Tensor(grid.y.weights, shape: [1, 1, 1, patch.y, 1])
        return try weights * Tensor(grid.x.weights, shape: [1, 1, 1, 1, patch.x])
    }
}

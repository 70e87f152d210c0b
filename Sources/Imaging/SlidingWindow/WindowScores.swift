internal import SegNASHost

/// Where the probabilities of an image go that are complete.
package protocol ScoreSink: AnyObject {
    /// How many voxels before a box, along x, y and z, the result of its voxels depends on.
    var halo: SIMD3<Int> { get }

    /// Takes over the probabilities of a part of the image, the core, summed up over `passes` networks and mirrored
    /// images.
    ///
    /// No other call has voxels of the same core. The block holds it and its halo, as far as the image goes.
    func receive(_ block: ScoreBlock, core: ScoreBox, passes: Int, threads: Int)
}

/// The weighted means of the probabilities that a sliding window finds, as long as tiles are missing.
///
/// Cells whose last tile has come are handed to a ``ScoreSink`` and forgotten but for what their neighbours need.
///
/// ```swift
/// for row in plan.rows {
///     for tile in row.tiles {
///         for place in try scores.places(of: tile, in: row, mirrored: mirrored) { … }
///     }
///     try scores.finish(row)
/// }
/// ```
package final class WindowScores {
    package let plan: WindowPlan
    private let passes: Int
    private let sink: any ScoreSink
    private let threads: Int
    /// What the weights at each voxel are multiplied by, so that those of all tiles are 1 together.
    private let shares: ScoreWeights
    private let memory: ScoreMemory
    private var column: WindowColumn
    /// Sums that are not complete, by their cells along y and z.
    private var open: [SIMD2<Int>: ScoreBlock] = [:]
    private var borders = CellBorders()

    /// Sums to which the probabilities of each tile will be added `passes` times.
    package init(_ plan: WindowPlan, passes: Int, sink: any ScoreSink, threads: Int) {
        precondition(plan.halo == sink.halo, "a plan for another result")
        self.plan = plan
        self.passes = passes
        self.sink = sink
        self.threads = threads
        let grid = plan.grid
        shares = ScoreWeights(
            x: grid.x.weightSums.map { 1 / $0 }, y: grid.y.weightSums.map { 1 / $0 },
            z: grid.z.weightSums.map { 1 / $0 })
        memory = ScoreMemory(most: plan.peakBytes)
        column = plan.columns[0]
    }

    /// The places of the parts of a tile of the row that is being computed.
    ///
    /// The probabilities of each tile are added there `passes` times. `mirrored` names the axes (x, y, z) along which
    /// the tile was reversed for the network.
    package func places(
        of tile: SIMD3<Int>, in row: TileRow, mirrored: [Bool]
    ) throws(ScoreMemoryError) -> [ScorePlace] {
        column = plan.columns[row.column]
        let grid = plan.grid
        let x = TilePart(
            tile.x, of: grid.x, shares: shares.x, in: column.x, isMirrored: mirrored[0])
        return try plan.cells(tile, of: column).map { cell throws(ScoreMemoryError) in
            let block = try block(of: cell)
            let y = TilePart(
                tile.y, of: grid.y, shares: shares.y, in: block.box.y, isMirrored: mirrored[1])
            let z = TilePart(
                tile.z, of: grid.z, shares: shares.z, in: block.box.z, isMirrored: mirrored[2])
            return block.place(x, y, z)
        }
    }

    /// The sums of a cell, zeros at first.
    private func block(of cell: SIMD2<Int>) throws(ScoreMemoryError) -> ScoreBlock {
        if let known = open[cell] { return known }
        let box = ScoreBox(
            x: column.x, y: plan.lines.voxels(of: cell.x), z: plan.slices.voxels(of: cell.y))
        let block = try ScoreBlock(
            zerosFor: plan.classes, box: box, in: memory, threads: threads)
        open[cell] = block
        return block
    }

    /// Hands on what is complete with the tiles of a row.
    package func finish(_ row: TileRow) throws(ScoreMemoryError) {
        column = plan.columns[row.column]
        for cell in plan.completed(by: row) {
            guard let sums = open.removeValue(forKey: cell) else { continue }
            if plan.halo == .zero {
                sink.receive(sums, core: sums.box, passes: passes, threads: threads)
            } else {
                try finish(cell, sums)
            }
        }
    }

    /// Hands on a cell together with what its neighbours left for it.
    private func finish(_ cell: SIMD2<Int>, _ sums: ScoreBlock) throws(ScoreMemoryError) {
        let box = sums.box.extended(by: plan.halo)
        let block = try ScoreBlock(classes: plan.classes, box: box, in: memory)
        block.copy(from: sums, threads: threads)
        for border in borders.take(cell) { block.copy(from: border, threads: threads) }
        sink.receive(block, core: sums.box, passes: passes, threads: threads)
        try borders.keep(
            block, cell, halo: plan.halo, of: plan.grid.size, isLastAcross: column.isLastAcross,
            in: memory, threads: threads)
    }
}

/// The upper sides of cells, with their halos, until the next cells along x, y and z have taken them.
private struct CellBorders {
    private var x: [SIMD2<Int>: ScoreBlock] = [:]
    /// By the cell along z.
    private var y: [Int: ScoreBlock] = [:]
    /// By the cell along y.
    private var z: [Int: ScoreBlock] = [:]

    /// What the neighbours of a cell have left for it.
    mutating func take(_ cell: SIMD2<Int>) -> [ScoreBlock] {
        [x.removeValue(forKey: cell), y.removeValue(forKey: cell.y), z.removeValue(forKey: cell.x)]
            .compactMap { $0 }
    }

    mutating func keep(
        _ block: ScoreBlock, _ cell: SIMD2<Int>, halo: SIMD3<Int>, of size: SIMD3<Int>,
        isLastAcross: Bool, in memory: ScoreMemory, threads: Int
    ) throws(ScoreMemoryError) {
        var (across, down, along) = (block.box, block.box, block.box)
        across.x = across.x.suffix(halo.x)
        down.y = down.y.suffix(halo.y)
        along.z = along.z.suffix(halo.z)
        if !isLastAcross, halo.x > 0 {
            x[cell] = try block.part(across, in: memory, threads: threads)
        }
        if down.y.upperBound < size.y, halo.y > 0 {
            y[cell.y] = try block.part(down, in: memory, threads: threads)
        }
        if along.z.upperBound < size.z, halo.z > 0 {
            z[cell.x] = try block.part(along, in: memory, threads: threads)
        }
    }
}

extension ScoreBlock {
    /// A copy of a part.
    fileprivate func part(
        _ box: ScoreBox, in memory: ScoreMemory, threads: Int
    ) throws(ScoreMemoryError) -> ScoreBlock {
        let part = try ScoreBlock(classes: classes, box: box, in: memory)
        part.copy(from: self, threads: threads)
        return part
    }
}

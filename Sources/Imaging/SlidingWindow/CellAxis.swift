/// Cells along one axis of an image: between two neighbouring borders the same tiles hold all voxels.
///
/// Tiles come in order, so that a cell is complete with the last tile that holds it.
struct CellAxis: Hashable, Sendable {
    /// Ascending, from 0 to the image's size.
    let borders: [Int]
    /// The first and the last tile that hold each cell.
    let firstTiles: [Int]
    let lastTiles: [Int]
    /// The cell of each voxel.
    let cells: [Int]

    /// Cells of at most `longest` voxels: longer ones are divided.
    init(_ axis: TileAxis, longest: Int = .max) {
        var borders: Set = [0, axis.size]
        for tile in axis.starts.indices {
            let voxels = axis.voxels(of: tile)
            borders.formUnion([voxels.lowerBound, voxels.upperBound])
        }
        let coarse = borders.sorted()
        var all = [0]
        for (start, end) in zip(coarse, coarse.dropFirst()) {
            let parts = (end - start - 1) / longest + 1
            all += (1...parts).map { start + (end - start) * $0 / parts }
        }
        self.borders = all
        let tiles = all.dropLast().map { axis.tiles(meeting: $0..<$0 + 1) }
        firstTiles = tiles.map(\.lowerBound)
        lastTiles = tiles.map { $0.upperBound - 1 }
        cells = zip(all, all.dropFirst()).enumerated().flatMap { cell, range in
            Array(repeating: cell, count: range.1 - range.0)
        }
    }

    var count: Int { lastTiles.count }

    func voxels(of cell: Int) -> Range<Int> { borders[cell]..<borders[cell + 1] }

    /// The cells that make up a range of voxels, whose ends are borders.
    func cells(in voxels: Range<Int>) -> Range<Int> {
        cells[voxels.lowerBound]..<cells[voxels.upperBound - 1] + 1
    }

    /// The cells that a tile completes.
    func completed(by tile: Int) -> [Int] {
        lastTiles.indices.filter { lastTiles[$0] == tile }
    }

    /// Voxels of those of some cells whose first and last tile are as wanted.
    func length(of cells: Range<Int>, where isWanted: (_ first: Int, _ last: Int) -> Bool) -> Int {
        cells.reduce(0) { sum, cell in
            isWanted(firstTiles[cell], lastTiles[cell]) ? sum + voxels(of: cell).count : sum
        }
    }

    var longestCell: Int {
        (0..<count).map { voxels(of: $0).count }.max() ?? 0
    }
}

/// The order in which the tiles of a sliding window are computed, so that the sums of their scores fit into memory.
///
/// The image is cut along x and y into columns. In each the tiles go along z, slice of tiles by slice of tiles, and
/// only the sums that later tiles of the column add to are kept. Tiles that reach over a cut are computed for both
/// columns: for one cut of 15 tiles that is 1 tile in 15 more.
package struct WindowPlan: Hashable, Sendable {
    package let grid: TileGrid
    package let classes: Int
    /// Voxels before a part of the image that its result depends on, along x, y and z.
    let halo: SIMD3<Int>
    let columns: [WindowColumn]
    let lines: CellAxis
    let slices: CellAxis
    /// Bytes of sums and scores at the peak.
    package private(set) var peakBytes = 0

    /// The rows of tiles in the order in which they are computed.
    package let rows: [TileRow]

    /// Results are made of boxes of scores, of at most so many bytes.
    private static let boxBytes = 64 << 20

    /// The plan with the fewest tiles among those that need at most so many bytes; if none does, the one that needs
    /// the least.
    ///
    /// - Parameters:
    ///   - grid: Tiles of the image.
    ///   - classes: Labels with the background.
    ///   - halo: What `ScoreSink.halo` says.
    ///   - bytes: For all sums and scores.
    package init(_ grid: TileGrid, classes: Int, halo: SIMD3<Int>, bytes: Int) {
        var best: WindowPlan?
        for across in 1...min(grid.x.starts.count, 16) {
            for down in 1...min(grid.y.starts.count, 16) {
                let plan = WindowPlan(
                    grid, classes: classes, halo: halo, cuts: (across - 1, down - 1))
                if let known = best, !plan.isBetter(than: known, within: bytes) { continue }
                best = plan
            }
        }
        self = best ?? WindowPlan(grid, classes: classes, halo: halo, cuts: (0, 0))
    }

    /// A plan with a number of cuts along x and y.
    init(_ grid: TileGrid, classes: Int, halo: SIMD3<Int>, cuts: (x: Int, y: Int)) {
        self.grid = grid
        self.classes = classes
        self.halo = halo
        let parts = (x: grid.x.parts(cuts.x + 1), y: grid.y.parts(cuts.y + 1))
        lines = CellAxis(grid.y)
        let width = parts.x.map(\.count).max() ?? 0
        let slice = (width + halo.x) * (lines.longestCell + halo.y) * classes * 4
        slices = CellAxis(grid.z, longest: max(1, Self.boxBytes / slice - halo.z))
        columns = parts.x.enumerated().flatMap { index, x in
            parts.y.map { y in
                WindowColumn(
                    x: x, y: y, isLastAcross: index == parts.x.count - 1,
                    tiles: grid.x.tiles(meeting: x), rows: grid.y.tiles(meeting: y))
            }
        }
        rows = columns.indices.flatMap { [columns] column in
            grid.z.starts.indices.flatMap { z in
                columns[column].rows.map { y in
                    TileRow(column: column, x: columns[column].tiles, y: y, z: z)
                }
            }
        }
        peakBytes = bytesAtPeak(parts.y, width: width, isCut: parts.x.count > 1)
    }

    /// Tiles to compute, those that two columns share counted twice.
    package var tileCount: Int { rows.reduce(0) { $0 + $1.x.count } }

    private func isBetter(than other: WindowPlan, within bytes: Int) -> Bool {
        switch (peakBytes <= bytes, other.peakBytes <= bytes) {
        case (true, true):
            (tileCount, peakBytes) < (other.tileCount, other.peakBytes)
        case (false, false): peakBytes < other.peakBytes
        case (let fits, _): fits
        }
    }
}

/// Tiles that lie beside each other along x, of one column.
package struct TileRow: Hashable, Sendable {
    package let column: Int
    package let x: Range<Int>
    package let y: Int
    package let z: Int

    /// By their numbers along x, y and z.
    package var tiles: [SIMD3<Int>] { x.map { [$0, y, z] } }
}

/// A part of an image that is computed by itself, as deep as the image.
struct WindowColumn: Hashable, Sendable {
    /// The voxels whose scores it makes.
    let x: Range<Int>
    let y: Range<Int>
    let isLastAcross: Bool
    /// The tiles that hold some of them, along x and y.
    let tiles: Range<Int>
    let rows: Range<Int>
}

extension TileAxis {
    /// Parts of the image of about the same number of tiles; they begin where a tile begins.
    fileprivate func parts(_ count: Int) -> [Range<Int>] {
        let cuts = (0...count).map { part in
            let tile = (Double(part * starts.count) / Double(count)).rounded()
            return part == count ? size : max(0, starts[Int(tile)])
        }
        return zip(cuts, cuts.dropFirst()).map { $0..<$1 }
    }
}

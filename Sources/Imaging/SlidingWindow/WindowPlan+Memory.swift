// What the sums of a plan need: the sequence of its cells, without their values.

extension WindowPlan {
    /// Bytes at the peak, for columns of a width and these parts along y.
    func bytesAtPeak(_ parts: [Range<Int>], width: Int, isCut: Bool) -> Int {
        let wide = width + halo.x
        let tallest = parts.map(\.count).max() ?? 0
        let open = parts.map { mostOpenArea(lines.cells(in: $0)) }.max() ?? 0
        let box = ScoreBox(
            x: 0..<wide, y: 0..<lines.longestCell + halo.y, z: 0..<slices.longestCell + halo.z)
        // Scores that the next cells along x, y and z need, and the next column.
        let across = isCut ? (grid.y.size + lines.count * halo.y) * deepSlices : 0
        let down = wide * (parts.count > 1 ? deepSlices : 2 * (grid.z.patch + halo.z))
        let along = wide * (tallest + lines.count * halo.y)
        let kept = halo.x * across + halo.y * down + halo.z * along
        return classes * MemoryLayout<Float>.size * (open * width + kept + box.count)
    }

    /// Slices of all cells, each with its halo.
    private var deepSlices: Int { grid.z.size + slices.count * halo.z }

    /// Voxels along y and z, at the most, of the cells of a column that some but not all of their tiles were added
    /// to.
    private func mostOpenArea(_ cells: Range<Int>) -> Int {
        let rows = lines.firstTiles[cells.lowerBound]...lines.lastTiles[cells.upperBound - 1]
        let height = lines.length(of: cells) { _, _ in true }
        let heights = rows.map { row in
            (
                touched: lines.length(of: cells) { first, _ in first <= row },
                open: lines.length(of: cells) { _, last in last >= row },
                both: lines.length(of: cells) { first, last in (first...last).contains(row) }
            )
        }
        let all = 0..<slices.count
        return grid.z.starts.indices.map { z in
            let between = slices.length(of: all) { first, last in first < z && z < last }
            let begun = slices.length(of: all) { first, last in first == z && z < last }
            let ending = slices.length(of: all) { first, last in first < z && z == last }
            let whole = slices.length(of: all) { first, last in first == z && z == last }
            return heights.map {
                between * height + begun * $0.touched + ending * $0.open + whole * $0.both
            }.max() ?? 0
        }.max() ?? 0
    }

    /// The cells along y and z of a column that a tile adds to.
    func cells(_ tile: SIMD3<Int>, of column: WindowColumn) -> [SIMD2<Int>] {
        let y = lines.cells(in: grid.y.voxels(of: tile.y)).clamped(to: lines.cells(in: column.y))
        let z = slices.cells(in: grid.z.voxels(of: tile.z))
        return z.flatMap { z in y.map { [$0, z] } }
    }

    /// The cells along y and z of a column that a row of tiles completes, in the order in which they need each other.
    func completed(by row: TileRow) -> [SIMD2<Int>] {
        let cells = lines.cells(in: columns[row.column].y)
        return slices.completed(by: row.z).flatMap { z in
            lines.completed(by: row.y).filter(cells.contains).map { [$0, z] }
        }
    }
}

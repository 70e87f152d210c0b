/// How much of each cell of a coarse grid a label fills, with a layer of empty cells around.
struct LabelField: Sendable {
    /// Cells along each axis, those around included.
    let size: SIMD3<Int>
    /// Voxels that a cell has along each axis.
    let factors: SIMD3<Int>
    /// The voxel, perhaps outside the grid, that is the first of the first cell.
    let origin: SIMD3<Int>
    /// From 0 to 1, x fastest.
    let shares: [Float]

    init(
        of label: UInt8, in values: [UInt8], size grid: SIMD3<Int>, extent: LabelExtent,
        factors: SIMD3<Int>
    ) {
        let cells = (extent.upper &- extent.lower &+ factors &- 1) / factors &+ 2
        let origin = extent.lower &- factors
        var shares = [Float](repeating: 0, count: cells.x * cells.y * cells.z)
        let share = 1 / Float(factors.x * factors.y * factors.z)
        values.withUnsafeBufferPointer { values in
            for z in extent.lower.z..<extent.upper.z {
                for y in extent.lower.y..<extent.upper.y {
                    let row = (z * grid.y + y) * grid.x
                    let cell = ((z - origin.z) / factors.z * cells.y + (y - origin.y) / factors.y)
                    for x in extent.lower.x..<extent.upper.x where values[row + x] == label {
                        shares[cell * cells.x + (x - origin.x) / factors.x] += share
                    }
                }
            }
        }
        (size, self.factors, self.origin, self.shares) = (cells, factors, origin, shares)
    }

    /// Whether a cell lies inside the surface.
    static func isInside(_ share: Float) -> Bool { share >= 0.4999 }

    var isEmpty: Bool { !shares.contains(where: Self.isInside) }
}

extension LabelField {
    /// The finest field whose surface has at most about so many vertices: its cells are about as long in all directions.
    ///
    /// Where no cell of a coarser one would be half full, the field before it.
    static func fitting(
        _ label: UInt8, in values: [UInt8], size: SIMD3<Int>, spacing: SIMD3<Double>,
        extent: LabelExtent, vertices: Int
    ) -> LabelField {
        var field = LabelField(
            of: label, in: values, size: size, extent: extent, factors: SIMD3(repeating: 1))
        guard extent.faces > vertices else { return field }
        // Longer cells leave out folds, so that their surface shrinks faster than with their area.
        let ratio = (Double(extent.faces) / Double(vertices)).squareRoot()
        var length = max(2, (0.6 * ratio).rounded())
        while true {
            let factors = SIMD3<Int>(
                pointwiseMax(length * spacing.min() / spacing, .one), rounding: .toNearestOrEven)
            let coarser = LabelField(
                of: label, in: values, size: size, extent: extent, factors: factors)
            guard !coarser.isEmpty else { return field }
            field = coarser
            if field.faces <= vertices { return field }
            length += 1
        }
    }

    /// Pairs of neighbours of which one lies inside.
    private var faces: Int {
        let inside = shares.map(Self.isInside)
        var count = 0
        for step in [1, size.x, size.x * size.y] {
            for cell in step..<inside.count where inside[cell] != inside[cell - step] { count += 1 }
        }
        return count
    }
}

/// The share of each cell of a coarse grid that a label fills, with a layer of empty cells around.
struct LabelField: Sendable {
    /// The cells along each axis, the outer layer included.
    let size: SIMD3<Int>
    /// The voxels of a cell along each axis.
    let factors: SIMD3<Int>
    /// The first voxel of the first cell, perhaps outside the grid.
    let origin: SIMD3<Int>
    /// The shares, from 0 to 1, x fastest.
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

    /// True if a cell lies inside the surface.
    static func isInside(_ share: Float) -> Bool { share >= 0.4999 }

    var isEmpty: Bool { !shares.contains(where: Self.isInside) }
}

extension LabelField {
    /// The finest field whose surface has about a number of vertices at most; its cells are about cubes.
    ///
    /// If no cell of a coarser field would be half full, the field before it.
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

    /// The number of pairs of neighbours of which one lies inside.
    private var faces: Int {
        let inside = shares.map(Self.isInside)
        var count = 0
        for step in [1, size.x, size.x * size.y] {
            for cell in step..<inside.count where inside[cell] != inside[cell - step] { count += 1 }
        }
        return count
    }
}

/// The extent of a label on a grid, and the size of its surface.
struct LabelExtent: Equatable, Sendable {
    /// The first voxel along each axis, and below the one behind the last.
    var lower = SIMD3(repeating: Int.max)
    var upper = SIMD3(repeating: 0)
    /// The number of faces of its voxels that touch another label or the border.
    var faces = 0

    var isEmpty: Bool { faces == 0 }

    /// The extents of labels 1 to `count`, in one pass; x fastest.
    static func all(_ values: [UInt8], size: SIMD3<Int>, count: Int) -> [LabelExtent] {
        var extents = [LabelExtent](repeating: LabelExtent(), count: count + 1)
        values.withUnsafeBufferPointer { values in
            extents.withUnsafeMutableBufferPointer { extents in
                for z in 0..<size.z {
                    for y in 0..<size.y {
                        scanRow(y, z, of: values, size: size, into: extents)
                    }
                }
            }
        }
        return Array(extents.dropFirst())
    }

    /// The limit of vertices per surface under which all surfaces together have a number of them.
    ///
    /// Surfaces with fewer faces keep all; a surface has about as many vertices as faces.
    static func vertexLimit(_ extents: [LabelExtent], vertices: Int) -> Int {
        var left = vertices
        let sorted = extents.map(\.faces).filter { $0 > 0 }.sorted()
        for (index, faces) in sorted.enumerated() {
            let share = left / (sorted.count - index)
            guard faces <= share else { return share }
            left -= faces
        }
        return vertices
    }

    private static func scanRow(
        _ y: Int, _ z: Int, of values: UnsafeBufferPointer<UInt8>, size: SIMD3<Int>,
        into extents: UnsafeMutableBufferPointer<LabelExtent>
    ) {
        let row = (z * size.y + y) * size.x
        let (line, slice) = (size.x, size.x * size.y)
        var x = 0
        while x < size.x {
            let label = values[row + x]
            let start = x
            var faces = 2
            while x < size.x, values[row + x] == label {
                if label != 0 {
                    let place = row + x
                    if y == 0 || values[place - line] != label { faces += 1 }
                    if y == size.y - 1 || values[place + line] != label { faces += 1 }
                    if z == 0 || values[place - slice] != label { faces += 1 }
                    if z == size.z - 1 || values[place + slice] != label { faces += 1 }
                }
                x += 1
            }
            guard label != 0 else { continue }
            extents[Int(label)].faces += faces
            extents[Int(label)].lower = pointwiseMin(extents[Int(label)].lower, [start, y, z])
            extents[Int(label)].upper = pointwiseMax(extents[Int(label)].upper, [x, y + 1, z + 1])
        }
    }
}

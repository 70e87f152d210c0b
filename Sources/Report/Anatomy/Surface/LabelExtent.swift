/// Where a label lies on a grid, and how much surface it has.
struct LabelExtent: Equatable, Sendable {
    /// The first voxel along each axis, and the one behind the last.
    var lower = SIMD3(repeating: Int.max)
    var upper = SIMD3(repeating: 0)
    /// Faces of its voxels that another label or the border touches.
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

    /// So many vertices that surfaces with fewer faces keep all, and the others have no more, of so many together.
    ///
    /// A surface has about as many vertices as faces.
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

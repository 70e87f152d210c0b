/// How many voxels of some labels each plane of an array holds, along its three axes.
@usableFromInline
package struct PlaneCounts: Sendable {
    @usableFromInline package let axes: [[Int]]

    /// Counts the values for which a condition holds.
    @inlinable
    package init<Value>(_ values: [Value], size: SIMD3<Int>, where isCounted: (Value) -> Bool) {
        var (x, y, z) = (
            [Int](repeating: 0, count: size.x), [Int](repeating: 0, count: size.y),
            [Int](repeating: 0, count: size.z)
        )
        var index = 0
        for slice in 0..<size.z {
            for line in 0..<size.y {
                for column in 0..<size.x {
                    if isCounted(values[index]) {
                        x[column] += 1
                        y[line] += 1
                        z[slice] += 1
                    }
                    index += 1
                }
            }
        }
        axes = [x, y, z]
    }
}

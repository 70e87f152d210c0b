internal import SegNASRandomness

/// Four smooth random functions on the voxels of a grid: normal values at a few nodes, cubic B-splines between.
struct SmoothField {
    /// Nodes along each axis.
    private let side: Int
    /// Values at nodes, x fastest.
    private let nodes: [SIMD4<Float>]
    /// For each voxel of each axis, the first of the four nodes that it depends on, and their weights.
    private let taps: [[Tap]]

    private struct Tap {
        var first: Int
        var weights: SIMD4<Float>
    }

    /// Draws functions with the given standard deviations, whose bumps are about as wide as the grid over `intervals`.
    ///
    /// The number of draws does not depend on the size, so the same seed has the same shapes at every size.
    init(
        intervals: Int, size: SIMD3<Int>, deviation: SIMD4<Float>,
        using generator: inout SeededGenerator
    ) {
        side = intervals + 3
        // The spline of independent values is flatter than they are: 151/315 of the variance along each axis.
        let scale = deviation / 0.3319
        nodes = (0..<side * side * side).map { _ in
            scale * SIMD4((0..<4).map { _ in Float(generator.normal()) })
        }
        taps = (0..<3).map { axis in
            (0..<size[axis]).map { voxel in
                Self.tap(at: (Float(voxel) + 0.5) / Float(size[axis]) * Float(intervals))
            }
        }
    }

    private static func tap(at position: Float) -> Tap {
        let first = Int(position)
        let t = position - Float(first)
        let s = 1 - t
        let weights = SIMD4<Float>(
            s * s * s, 4 - 3 * t * t * (2 - t), 4 - 3 * s * s * (2 - s), t * t * t)
        return Tap(first: first, weights: weights / 6)
    }

    /// Adds the functions on the row of voxels (·, y, z) to what is there.
    func add(toRow y: Int, _ z: Int, _ row: UnsafeMutableBufferPointer<SIMD4<Float>>) {
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: side) { line in
            collapse(taps[1][y], taps[2][z], into: line)
            taps[0].withUnsafeBufferPointer { taps in
                for x in 0..<row.count {
                    let tap = taps[x]
                    let values = line.baseAddress.unsafelyUnwrapped + tap.first
                    let near = tap.weights[0] * values[0] + tap.weights[1] * values[1]
                    row[x] += near + tap.weights[2] * values[2] + tap.weights[3] * values[3]
                }
            }
        }
    }

    /// The nodes of the row along x, after the sums over y and z.
    private func collapse(
        _ y: Tap, _ z: Tap, into line: UnsafeMutableBufferPointer<SIMD4<Float>>
    ) {
        line.initialize(repeating: .zero)
        for k in 0..<4 {
            for j in 0..<4 {
                let weight = y.weights[j] * z.weights[k]
                let start = ((z.first + k) * side + y.first + j) * side
                for x in 0..<side { line[x] += weight * nodes[start + x] }
            }
        }
    }
}

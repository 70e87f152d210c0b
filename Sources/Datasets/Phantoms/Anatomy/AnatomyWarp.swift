internal import Glibc
internal import SegNASImaging
internal import SegNASRandomness

/// The map from voxels of a phantom to the undeformed anatomy: a random affine map and a smooth deformation.
///
/// The fourth function of its fields is the logarithm of the image's bias field.
struct AnatomyWarp {
    private let first: SIMD3<Float>
    private let steps: (x: SIMD3<Float>, y: SIMD3<Float>, z: SIMD3<Float>)
    private let fields: [SmoothField]

    /// Draws a warp for a grid whose middle shows the point `centre` of the anatomy.
    init(
        grid: Geometry, centre: SIMD3<Double> = .zero, using generator: inout SeededGenerator
    ) {
        let extent = (SIMD3<Double>(grid.size) * grid.spacing).max()
        let placement = Self.placement(extent: extent, centre: centre, using: &generator)
            .composed(with: grid.affine)
        first = SIMD3<Float>(placement.origin)
        steps = (SIMD3(placement.x), SIMD3(placement.y), SIMD3(placement.z))
        let mm = Float(extent)
        let coarse = SIMD4<Float>(0.016 * mm, 0.016 * mm, 0.016 * mm, 0.11)
        let fine = SIMD4<Float>(0.005 * mm, 0.005 * mm, 0.005 * mm, 0)
        fields = [(3, coarse), (9, fine)].map { intervals, deviation in
            SmoothField(
                intervals: intervals, size: grid.size, deviation: deviation, using: &generator)
        }
    }

    /// Rotations to 8°, scales from 0.94 to 1.1 and shifts to 2 % of the grid.
    private static func placement(
        extent: Double, centre: SIMD3<Double>, using generator: inout SeededGenerator
    ) -> Affine {
        func draw(_ range: ClosedRange<Double>) -> SIMD3<Double> {
            SIMD3((0..<3).map { _ in Double.random(in: range, using: &generator) })
        }
        let size = Double.random(in: 0.98...1.06, using: &generator)
        let scale = Affine(spacing: size * draw(0.96...1.04))
        let shift = Affine(
            spacing: .one, origin: centre + draw(-0.02...0.02) * extent)
        return shift.composed(with: .rotation(draw(-8...8) * .pi / 180)).composed(with: scale)
    }

    /// Sets the positions and the bias of the row of voxels (·, y, z).
    func place(_ row: VoxelRow, y: Int, z: Int) {
        withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: row.count) { sums in
            sums.initialize(repeating: .zero)
            for field in fields { field.add(toRow: y, z, sums) }
            let start = first + Float(y) * steps.y + Float(z) * steps.z
            for x in 0..<row.count {
                row.x[x] = start.x + Float(x) * steps.x.x + sums[x].x
                row.y[x] = start.y + Float(x) * steps.x.y + sums[x].y
                row.z[x] = start.z + Float(x) * steps.x.z + sums[x].z
                row.gain[x] = sums[x].w
            }
        }
        row.updateRanges()
    }
}

extension Affine {
    /// Rotations about x, y and z by angles in radians, in this order.
    fileprivate static func rotation(_ angles: SIMD3<Double>) -> Affine {
        let cosine = SIMD3(cos(angles.x), cos(angles.y), cos(angles.z))
        let sine = SIMD3(sin(angles.x), sin(angles.y), sin(angles.z))
        let x = Affine(x: [1, 0, 0], y: [0, cosine.x, sine.x], z: [0, -sine.x, cosine.x])
        let y = Affine(x: [cosine.y, 0, -sine.y], y: [0, 1, 0], z: [sine.y, 0, cosine.y])
        let z = Affine(x: [cosine.z, sine.z, 0], y: [-sine.z, cosine.z, 0], z: [0, 0, 1])
        return z.composed(with: y).composed(with: x)
    }
}

/// Four smooth random functions on the voxels of a grid: normal values at a few nodes, cubic B-splines between.
struct SmoothField {
    /// Nodes along each axis.
    private let side: Int
    /// Values at nodes, x fastest.
    private let nodes: [SIMD4<Float>]
    /// The first of the four nodes on which each voxel of each axis depends, and their weights.
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

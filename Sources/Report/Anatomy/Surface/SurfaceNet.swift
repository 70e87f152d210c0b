/// The surface of a label: a net with one vertex in each cube of eight neighbours that are not all inside or outside.
///
/// Surface nets, Gibson 1998, "Constrained elastic surface nets", doi:10.1007/BFb0056277: vertices never leave their
/// cubes, so that the surface stays within a voxel of the labels however it is smoothed. Every face between an inner
/// and an outer voxel becomes a quad, which makes the net closed.
struct SurfaceNet: Sendable {
    /// Samples along each axis; cubes lie between them.
    let size: SIMD3<Int>
    /// True for each sample that lies inside, x fastest; none of the outermost do.
    let inside: [Bool]
    /// The cube of each vertex, in the order of memory: the sample with the lowest indices.
    let cubes: [SIMD3<Int32>]
    /// Four vertices each, counter-clockwise as seen from outside.
    let quads: [SIMD4<Int32>]
    /// The vertices in samples: each in its cube, from `cubes[k]` to `cubes[k] + 1`.
    private(set) var vertices: [SIMD3<Float>]

    init(size: SIMD3<Int>, inside: [Bool]) {
        self.size = size
        self.inside = inside
        let steps = SIMD3(1, size.x, size.x * size.y)
        let (cubes, numbers) = Self.cubes(size, steps, inside)
        self.cubes = cubes
        quads = Self.quads(size, steps, inside, numbers)
        vertices = cubes.map { SIMD3<Float>($0) + 0.5 }
    }

    /// The smoothed surface of a label.
    init(_ field: LabelField) {
        self.init(size: field.size, inside: field.shares.map(LabelField.isInside))
        // Shares say where between two samples the surface lies, but those of single voxels say nothing.
        if field.factors != SIMD3(repeating: 1) { place(by: field.shares) }
        smooth()
    }

    private static func cubes(
        _ size: SIMD3<Int>, _ steps: SIMD3<Int>, _ inside: [Bool]
    ) -> ([SIMD3<Int32>], [Int32]) {
        var cubes: [SIMD3<Int32>] = []
        var numbers = [Int32](repeating: -1, count: inside.count)
        let corners = (1..<8).map {
            ($0 & 1) * steps.x + ($0 >> 1 & 1) * steps.y + ($0 >> 2) * steps.z
        }
        for z in 0..<size.z - 1 {
            for y in 0..<size.y - 1 {
                for x in 0..<size.x - 1 {
                    let sample = x + y * steps.y + z * steps.z
                    let first = inside[sample]
                    let isMixed = corners.contains { inside[sample + $0] != first }
                    guard isMixed else { continue }
                    numbers[sample] = Int32(cubes.count)
                    cubes.append([Int32(x), Int32(y), Int32(z)])
                }
            }
        }
        return (cubes, numbers)
    }

    private static func quads(
        _ size: SIMD3<Int>, _ steps: SIMD3<Int>, _ inside: [Bool], _ numbers: [Int32]
    ) -> [SIMD4<Int32>] {
        var quads: [SIMD4<Int32>] = []
        for axis in 0..<3 {
            let (next, after) = (steps[(axis + 1) % 3], steps[(axis + 2) % 3])
            for sample in 0..<inside.count - steps[axis] {
                let isInside = inside[sample]
                guard isInside != inside[sample + steps[axis]] else { continue }
                // The cubes around the edge from this sample along the axis.
                let around: SIMD4<Int32> = [
                    numbers[sample - next - after], numbers[sample - after],
                    numbers[sample], numbers[sample - next],
                ]
                quads.append(
                    isInside ? around : [around.w, around.z, around.y, around.x])
            }
        }
        return quads
    }
}

extension SurfaceNet {
    /// Moves each vertex to the mean of the points at which the share of the label crosses a half on its cube's edges.
    private mutating func place(by shares: [Float]) {
        let steps = SIMD3(1, size.x, size.x * size.y)
        for (vertex, cube) in cubes.enumerated() {
            let first = Int(cube.x) + Int(cube.y) * steps.y + Int(cube.z) * steps.z
            var sum = SIMD3<Float>.zero
            var count: Float = 0
            for (corner, axis) in Self.cubeEdges {
                let offset: SIMD3<Int> = [corner & 1, corner >> 1 & 1, corner >> 2]
                let from = first + (offset &* steps).wrappedSum()
                let (here, there) = (shares[from], shares[from + steps[axis]])
                guard LabelField.isInside(here) != LabelField.isInside(there) else { continue }
                var point = SIMD3<Float>(offset)
                point[axis] = min(1, max(0, (0.5 - here) / (there - here)))
                sum += point
                count += 1
            }
            vertices[vertex] = SIMD3<Float>(cube) + sum / count
        }
    }

    /// The lower corner of each edge of a cube, and the axis that it runs along.
    private static let cubeEdges = (0..<3).flatMap { axis in
        (0..<8).filter { $0 >> axis & 1 == 0 }.map { (corner: $0, axis: axis) }
    }

    /// Smooths without shrinking, and keeps each vertex in its cube.
    ///
    /// Taubin 1995, "A signal processing approach to fair surface design", doi:10.1145/218380.218473: steps towards
    /// the mean of the neighbours by λ, and away from it by μ.
    private mutating func smooth() {
        for _ in 0..<8 {
            step(0.5)
            step(-0.53)
        }
        for (vertex, cube) in cubes.enumerated() {
            let lower = SIMD3<Float>(cube)
            vertices[vertex] = vertices[vertex].clamped(lowerBound: lower, upperBound: lower + 1)
        }
    }

    private mutating func step(_ share: Float) {
        var sums = [SIMD4<Float>](repeating: .zero, count: vertices.count)
        for quad in quads {
            for corner in 0..<4 {
                // Each edge has two quads that run along it in opposite directions.
                let (from, to) = (Int(quad[corner]), Int(quad[(corner + 1) % 4]))
                sums[from] += SIMD4(vertices[to], 1)
            }
        }
        for (vertex, sum) in sums.enumerated() {
            let mean = SIMD3(sum.x, sum.y, sum.z) / sum.w
            vertices[vertex] += share * (mean - vertices[vertex])
        }
    }
}

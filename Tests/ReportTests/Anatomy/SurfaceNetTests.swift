import Testing

@testable import SegNASReport

struct SurfaceNetTests {
    /// The surface of label 1, in mm, with cells of a number of voxels.
    private struct Surface {
        let net: SurfaceNet
        let points: [SIMD3<Double>]

        init(
            _ canvas: Canvas, spacing: SIMD3<Double> = .one, factors: SIMD3<Int> = .one
        ) {
            let extent = LabelExtent.all(canvas.values, size: canvas.size, count: 1)[0]
            let field = LabelField(
                of: 1, in: canvas.values, size: canvas.size, extent: extent, factors: factors)
            net = SurfaceNet(field)
            points = net.vertices.map { SIMD3<Double>($0) * SIMD3<Double>(factors) * spacing }
        }

        var triangles: [(SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)] {
            net.quads.flatMap { quad in
                let corners = (0..<4).map { points[Int(quad[$0])] }
                return [
                    (corners[0], corners[1], corners[2]), (corners[0], corners[2], corners[3]),
                ]
            }
        }

        var area: Double {
            triangles.reduce(0) { $0 + length(cross($1.1 - $1.0, $1.2 - $1.0)) / 2 }
        }

        /// By Gauss's theorem; positive where triangles are counter-clockwise as seen from outside.
        var volume: Double {
            triangles.reduce(0) { $0 + ($1.0 * cross($1.1, $1.2)).sum() / 6 }
        }

        /// How often quads run along each edge, one direction less the other: 0 throughout where the net is closed.
        var isWatertight: Bool {
            var sums: [SIMD2<Int32>: Int] = [:]
            for quad in net.quads {
                for corner in 0..<4 {
                    let (from, to) = (quad[corner], quad[(corner + 1) % 4])
                    sums[[min(from, to), max(from, to)], default: 0] += from < to ? 1 : -1
                }
            }
            return sums.values.allSatisfy { $0 == 0 }
        }

        var eulerCharacteristic: Int {
            var edges: Set<SIMD2<Int32>> = []
            for quad in net.quads {
                for corner in 0..<4 {
                    let (from, to) = (quad[corner], quad[(corner + 1) % 4])
                    edges.insert([min(from, to), max(from, to)])
                }
            }
            return points.count - edges.count + net.quads.count
        }
    }

    @Test("a ball's surface is one closed sheet of its area and volume", arguments: [1, 2, 3])
    func ball(factor: Int) {
        var canvas = Canvas([41, 41, 41])
        canvas.paintBall(1, at: [20, 20, 20], radius: 15)
        let surface = Surface(canvas, factors: SIMD3(repeating: factor))
        #expect(surface.eulerCharacteristic == 2)
        #expect(surface.isWatertight)
        let (area, volume) = (4 * Double.pi * 15 * 15, 4 / 3 * Double.pi * 15 * 15 * 15)
        #expect(abs(surface.area / area - 1) < 0.08, "\(surface.area / area)")
        #expect(abs(surface.volume / volume - 1) < 0.05, "\(surface.volume / volume)")
    }

    @Test(
        "boxes of long voxels have their volume in mm³",
        arguments: [
            SIMD3(1, 1, 5.0), [0.5, 2, 1], [3, 3, 3],
        ])
    func box(spacing: SIMD3<Double>) {
        var canvas = Canvas([24, 26, 28])
        canvas.paintBox(1, [2, 3, 4], [22, 23, 24])
        let surface = Surface(canvas, spacing: spacing)
        let volume = 8000 * spacing.x * spacing.y * spacing.z
        #expect(surface.isWatertight && surface.eulerCharacteristic == 2)
        #expect(abs(surface.volume / volume - 1) < 0.02, "\(surface.volume / volume)")
    }

    @Test func ringsHaveAHole() {
        var canvas = Canvas([20, 20, 6])
        canvas.paintBox(1, [2, 2, 2], [18, 18, 5])
        canvas.paintBox(0, [6, 6, 2], [14, 14, 5])
        let surface = Surface(canvas)
        #expect(surface.eulerCharacteristic == 0)
        #expect(surface.isWatertight)
    }

    @Test(
        "one voxel keeps a surface, in corners too",
        arguments: [
            SIMD3(0.0, 0, 0), [2, 3, 1], [4, 4, 4],
        ])
    func oneVoxel(place: SIMD3<Double>) {
        var canvas = Canvas([5, 5, 5])
        canvas.paintBox(1, place, place + 1)
        let surface = Surface(canvas)
        #expect(surface.net.quads.count == 6)
        #expect(surface.isWatertight && surface.eulerCharacteristic == 2)
        #expect(surface.volume > 0.05 && surface.volume < 1, "\(surface.volume)")
    }

    @Test func verticesStayInTheirCubes() {
        var canvas = Canvas([30, 30, 30])
        canvas.paint(1) { Int($0.x * 7 + $0.y * 13 + $0.z * 5) % 11 < 4 }
        let surface = Surface(canvas)
        #expect(surface.isWatertight)
        for (vertex, cube) in zip(surface.net.vertices, surface.net.cubes) {
            let offset = vertex - SIMD3<Float>(cube)
            #expect(offset.min() >= 0 && offset.max() <= 1)
        }
    }

    @Test("cells are as long as keeps vertices few", arguments: [100, 500, 2000, 100_000])
    func fitting(vertices: Int) {
        var canvas = Canvas([50, 50, 20])
        canvas.paintBall(1, at: [25, 25, 10], radius: 20)
        let extent = LabelExtent.all(canvas.values, size: canvas.size, count: 1)[0]
        let field = LabelField.fitting(
            1, in: canvas.values, size: canvas.size, spacing: [1, 1, 3], extent: extent,
            vertices: vertices)
        #expect(SurfaceNet(field).vertices.count <= vertices + vertices / 10)
        #expect(field.factors.x >= field.factors.z && field.factors.x == field.factors.y)
        #expect(vertices < extent.faces || field.factors == .one)
    }
}

private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
    [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
}

private func length(_ vector: SIMD3<Double>) -> Double { (vector * vector).sum().squareRoot() }

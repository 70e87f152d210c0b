import SegNASImaging
import SegNASRandomness
import Testing

@testable import SegNASDatasets

@Suite("What phantoms are made of")
struct PhantomPartsTests {
    @Test("normal draws have mean 0, variance 1 and the tails of the normal distribution")
    func normal() {
        var generator = SeededGenerator(seed: 1)
        let draws = (0..<100_000).map { _ in generator.normal() }
        #expect(abs(draws.reduce(0, +) / 1e5) < 0.015)
        #expect(abs(draws.map { $0 * $0 }.reduce(0, +) / 1e5 - 1) < 0.02)
        // P(|x| > 2) = 0.0455.
        #expect(abs(Double(draws.count { abs($0) > 2 }) / 1e5 - 0.0455) < 0.004)
    }

    @Test("smooth fields have the deviation that was asked for, and no steps")
    func smoothness() {
        var generator = SeededGenerator(seed: 2)
        let field = SmoothField(
            intervals: 12, size: [48, 48, 48], deviation: [2, 1, 0, 1], using: &generator)
        var squares = SIMD4<Float>.zero
        var steepest: Float = 0
        var row = [SIMD4<Float>](repeating: .zero, count: 48)
        for index in 0..<48 * 48 {
            for voxel in row.indices { row[voxel] = .zero }
            row.withUnsafeMutableBufferPointer {
                field.add(toRow: index % 48, index / 48, $0)
            }
            for (one, next) in zip(row, row.dropFirst()) {
                squares += one * one
                steepest = max(steepest, abs(one.y - next.y))
            }
        }
        let deviation = (squares / (47 * 48 * 48)).squareRoot()
        #expect(abs(deviation.x - 2) < 0.4 && abs(deviation.y - 1) < 0.2 && deviation.z == 0)
        // Independent values would differ by up to 6 somewhere; four voxels lie between nodes.
        #expect(steepest < 2)
    }

    @Test("folds are distances: at most half a gyrus, changing by as much as one moves")
    func folds() {
        var generator = SeededGenerator(seed: 3)
        let folds = FoldField(using: &generator)
        var crossings = 0
        var last: Float = 0
        for step in 0..<10_000 {
            let x = -40 + Float(step) * 0.01
            let fold = folds.distance(x: x, y: 0.3 * x, z: 0.2 - x)
            #expect(abs(fold) <= 0.5)
            // A step is √(1 + 0.09 + 1)/100 = 0.0145 long.
            if step > 0 { #expect(abs(fold - last) < 0.03) }
            if step > 0, fold * last < 0 { crossings += 1 }
            last = fold
        }
        // The line is 145 gyri long; random directions cross sheets less often than straight ones.
        #expect((50...150).contains(crossings), "\(crossings)")
    }

    @Test("a blur keeps the sum, and spreads a point as it should")
    func blur() {
        let size = SIMD3(9, 11, 10)
        var volume = [Float](repeating: 0, count: 990)
        volume[(5 * 11 + 5) * 9 + 4] = 1
        Blur.apply(0.7, to: &volume, size: size)
        #expect(abs(volume.reduce(0, +) - 1) < 1e-5)
        var variance = SIMD3<Float>.zero
        for (index, value) in volume.enumerated() {
            let offset = SIMD3(
                Float(index % 9 - 4), Float(index / 9 % 11 - 5), Float(index / 99 - 5))
            variance += value * offset * offset
        }
        #expect((0..<3).allSatisfy { abs(variance[$0] - 0.49) < 0.02 }, "\(variance)")
        var flat = [Float](repeating: 3, count: 990)
        Blur.apply(0.7, to: &flat, size: size)
        #expect(flat.allSatisfy { abs($0 - 3) < 1e-5 })
    }

    @Test("a mirrored shape is the shape of the mirrored points")
    func mirror() {
        let shape = BentEllipsoid.Shape(
            centre: [10, 3, -4], long: [-0.4, 0.9, 0.2], across: [0.1, -0.2, 1],
            semiaxes: [12, 6, 3], bend: [-0.02, 0.015])
        let row = VoxelRow(count: 40)
        let mirrored = VoxelRow(count: 40)
        var inside = 0
        for index in 0..<900 {
            for voxel in 0..<40 {
                row.x[voxel] = Float(voxel) - 10
                row.y[voxel] = Float(index % 30) - 12
                row.z[voxel] = Float(index / 30) - 19
                mirrored.x[voxel] = -row.x[voxel]
                mirrored.y[voxel] = row.y[voxel]
                mirrored.z[voxel] = row.z[voxel]
                row.tissue[voxel] = 0
                mirrored.tissue[voxel] = 0
            }
            row.updateRanges()
            mirrored.updateRanges()
            BentEllipsoid(shape).paint(.caudate, on: row)
            BentEllipsoid(shape.mirrored).paint(.caudate, on: mirrored)
            for voxel in 0..<40 {
                #expect(row.tissue[voxel] == mirrored.tissue[voxel])
                inside += row.tissue[voxel] > 0 ? 1 : 0
            }
        }
        // Bending keeps the volume, 4/3 π · 12 · 6 · 3.
        #expect(abs(Double(inside) - 905) < 30)
    }
}

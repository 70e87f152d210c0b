import Foundation
import SegNASImaging
import SegNASRandomness
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@Suite("Rotation and scaling")
struct SpatialAugmentationTests {
    private func maps(
        _ size: SIMD3<Int>, _ change: (inout Augmentation) -> Void
    ) -> [Affine] {
        var augmentation = Augmentation()
        augmentation.movement = nil
        change(&augmentation)
        return (0..<1000).compactMap { index in
            var generator = SeededGenerator(seed: 5, path: UInt64(index))
            let sample = augmentation.draw(using: &generator, size: size, channels: 1)
            guard let rows = sample.warp?.rows else { return nil }
            return Affine(
                x: [rows[0][0], rows[1][0], rows[2][0]], y: [rows[0][1], rows[1][1], rows[2][1]],
                z: [rows[0][2], rows[1][2], rows[2][2]],
                origin: [rows[0][3], rows[1][3], rows[2][3]])
        }
    }

    private func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
        let difference = a - b
        return (difference * difference).sum().squareRoot()
    }

    @Test("a quarter turn about each axis takes the next axis to the last")
    func quarter() {
        for axis in 0..<3 {
            var angles = SIMD3<Double>.zero
            angles[axis] = .pi / 2
            let map = Augmentation.Rotation.map(angles: angles, size: [9, 9, 9])
            var (point, image) = (SIMD3(4.0, 4, 4), SIMD3(4.0, 4, 4))
            point[(axis + 1) % 3] = 6
            image[(axis + 2) % 3] = 6
            // The map leads from the turned image back.
            #expect(distance(map(image), point) < 1e-12, "\(axis)")
        }
    }

    @Test("rotations keep lengths and the centre, a fifth of the images each")
    func rotation() {
        let size = SIMD3(20, 24, 30)
        let drawn = maps(size) { $0.rotation = .init() }
        #expect(abs(Double(drawn.count) / 1000 - 0.2) < 0.05)
        let centre = (SIMD3<Double>(size) - 1) / 2
        for map in drawn {
            #expect(distance(map(centre), centre) < 1e-9)
            #expect(
                abs(distance(map([1, 2, 3]), map([4, 0, 9])) - distance([1, 2, 3], [4, 0, 9]))
                    < 1e-9)
        }
        // All axes move.
        #expect(drawn.contains { abs($0.x.z) > 0.2 } && drawn.contains { abs($0.x.y) > 0.2 })
        #expect(drawn.contains { abs($0.y.z) > 0.2 })
    }

    @Test("flat images turn in their plane alone, to any side")
    func flat() {
        let drawn = maps([64, 64, 12]) { $0.rotation = .init(probability: 1) }
        #expect(drawn.allSatisfy { abs($0.z.z - 1) < 1e-12 && abs($0.x.z) < 1e-12 })
        let angles = drawn.map { atan2($0.x.y, $0.x.x) }
        #expect((angles.max() ?? 0) > 3 && (angles.min() ?? 0) < -3)
    }

    @Test("scaling is alike along all axes, about the centre, below 1 as often as above")
    func scaling() {
        let size = SIMD3(16, 20, 24)
        let drawn = maps(size) { $0.scaling = .init(probability: 1) }
        let centre = (SIMD3<Double>(size) - 1) / 2
        var factors: [Double] = []
        for map in drawn {
            #expect(distance(map(centre), centre) < 1e-9)
            #expect(map.x.x == map.y.y && map.y.y == map.z.z && map.x.y == 0)
            factors.append(1 / map.x.x)
        }
        #expect((factors.min() ?? 0) > 0.7 - 1e-9 && (factors.max() ?? 2) < 1.4 + 1e-9)
        let below = factors.count { $0 < 1 }
        #expect((440...560).contains(below), "\(below)")
    }

    @Test("other draws stay as they were")
    func others() {
        func draw(_ change: (inout Augmentation) -> Void) -> AugmentationSample {
            var augmentation = Augmentation()
            augmentation.noise = .init(probability: 1)
            change(&augmentation)
            var generator = SeededGenerator(seed: 1)
            return augmentation.draw(using: &generator, size: [8, 8, 8], channels: 2)
        }
        let plain = draw { _ in }
        #expect(draw { $0.rotation = .init(probability: 0) } == plain)
        #expect(draw { $0.scaling = .init(probability: 1) }.changes == plain.changes)
        #expect(draw { $0.scaling = .init(probability: 1) }.warp != plain.warp)
    }
}

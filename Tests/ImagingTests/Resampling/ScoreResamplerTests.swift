import Foundation
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Class scores on other grids")
struct ScoreResamplerTests {
    /// Softmax-like scores `[C, z, y, x]`, smooth enough that classes fill regions.
    static func probabilities(
        _ classes: Int, _ size: SIMD3<Int>, using generator: inout SeededGenerator
    ) -> [Float] {
        let voxels = size.x * size.y * size.z
        var values = (0..<classes * voxels).map { _ in
            exp(6 * Float.random(in: 0...1, using: &generator))
        }
        for voxel in 0..<voxels {
            let sum = (0..<classes).map { values[$0 * voxels + voxel] }.reduce(0, +)
            for label in 0..<classes { values[label * voxels + voxel] /= sum }
        }
        return values
    }

    static func scores(
        _ values: [Float], _ classes: Int, _ size: SIMD3<Int>,
        _ reorientation: Reorientation = .identity,
        mirrored: [Bool] = [false, false, false]
    ) throws -> ClassScores {
        let scores = try #require(
            ClassScores(classes: classes, size: size, reorientation: reorientation))
        scores.add(mirrored: mirrored) { $0.add(values, classes: classes, tile: size) }
        return scores
    }

    /// Every class by itself through the resampler of images.
    static func reference(
        _ values: [Float], _ classes: Int, _ size: SIMD3<Int>, _ map: GridMap
    ) -> [[Float]] {
        let all = Volume(
            shape: [size.x, size.y, size.z, classes], affine: .identity, samples: Samples(values)
        ).resampled(by: map, .linear)
        return all.samples.withValues(as: Float.self) { values in
            let voxels = map.size.x * map.size.y * map.size.z
            return (0..<classes).map { Array(values[$0 * voxels..<($0 + 1) * voxels]) }
        }
    }

    /// The number of voxels that do not have the largest of the values, but for rounding.
    static func mistakes(_ labels: Samples, _ values: [[Float]]) -> Int {
        labels.withValues(as: UInt8.self) { labels in
            labels.indices.count { voxel in
                let most = values.map { $0[voxel] }.max() ?? 0
                return values[Int(labels[voxel])][voxel] < most - 1e-5
            }
        }
    }

    struct Grids: CustomTestStringConvertible {
        var classes: Int
        var size: SIMD3<Int>
        var target: SIMD3<Int>
        var testDescription: String { "\(classes) classes, \(size) to \(target)" }
    }

    @Test(
        "the most probable class is that of each class interpolated by itself",
        arguments: [
            Grids(classes: 2, size: [5, 6, 7], target: [17, 13, 22]),
            Grids(classes: 5, size: [9, 8, 6], target: [9, 8, 6]),
            Grids(classes: 7, size: [12, 10, 14], target: [5, 3, 4]),
            Grids(classes: 40, size: [6, 9, 5], target: [13, 4, 11]),
            Grids(classes: 3, size: [1, 1, 1], target: [3, 2, 1]),
            Grids(classes: 255, size: [4, 3, 2], target: [9, 7, 5]),
        ])
    func classes(grids: Grids) throws {
        var generator = SeededGenerator(seed: 3)
        let values = Self.probabilities(grids.classes, grids.size, using: &generator)
        let map = GridMap(from: grids.size, to: grids.target)
        let scores = try Self.scores(values, grids.classes, grids.size)
        let resampler = ScoreResampler([(scores, map)], threads: 2)
        let expected = Self.reference(values, grids.classes, grids.size, map)
        #expect(Self.mistakes(resampler.classMap(), expected) == 0)
        let slices = grids.target.z / 2..<grids.target.z
        let area = grids.target.x * grids.target.y
        for label in [0, grids.classes - 1] {
            let part = resampler.probability(of: label, slices: slices).floats
            let whole = expected[label][slices.lowerBound * area..<slices.upperBound * area]
            #expect(zip(part, whole).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("sources on separate grids are summed")
    func sources() throws {
        var generator = SeededGenerator(seed: 4)
        let target: SIMD3<Int> = [11, 12, 13]
        var sources: [(scores: ClassScores, map: GridMap)] = []
        var sum: [[Float]] = []
        for size in [[5, 6, 7], [20, 9, 8], [11, 12, 13]] as [SIMD3<Int>] {
            let values = Self.probabilities(6, size, using: &generator)
            let map = GridMap(from: size, to: target)
            sources.append((try Self.scores(values, 6, size), map))
            let part = Self.reference(values, 6, size, map)
            sum = sum.isEmpty ? part : zip(sum, part).map { zip($0, $1).map { $0 + $1 } }
        }
        let resampler = ScoreResampler(sources, threads: 2)
        #expect(Self.mistakes(resampler.classMap(), sum) == 0)
        let first = resampler.probability(of: 2, slices: 0..<13).floats
        #expect(zip(first, sum[2]).allSatisfy { abs($0 - $1 / 3) < 1e-5 })
    }

    @Test("scores of mirrored images are turned back", arguments: 0..<8)
    func mirrored(code: Int) throws {
        var generator = SeededGenerator(seed: 5)
        let size: SIMD3<Int> = [5, 4, 3]
        let mirrored = (0..<3).map { code >> $0 & 1 == 1 }
        let values = Self.probabilities(3, size, using: &generator)
        let turned = Volume(shape: [5, 4, 3, 3], affine: .identity, samples: Samples(values))
            .reoriented(by: Reorientation(sources: [0, 1, 2], reversals: mirrored))
        let there = try Self.scores(values, 3, size)
        let back = try Self.scores(turned.samples.floats, 3, size, mirrored: mirrored)
        let same = (0..<3 * 60).allSatisfy { there.values[$0] == back.values[$0] }
        #expect(same)
    }

    @Test("scores are kept along the axes of the image's file", arguments: 0..<48)
    func reoriented(code: Int) throws {
        var generator = SeededGenerator(seed: 6)
        let size: SIMD3<Int> = [5, 4, 3]
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        let reorientation = Reorientation(
            sources: orders[code / 8], reversals: (0..<3).map { code >> $0 & 1 == 1 })
        let values = Self.probabilities(3, size, using: &generator)
        let moved = Volume(shape: [5, 4, 3, 3], affine: .identity, samples: Samples(values))
            .reoriented(by: reorientation)
        let scores = try Self.scores(values, 3, size, reorientation)
        #expect([scores.size.x, scores.size.y, scores.size.z] == Array(moved.shape.prefix(3)))
        let expected = moved.samples.floats
        let same = expected.indices.allSatisfy { scores.values[$0] == expected[$0] }
        #expect(same)
        // A map along the permuted axes leads to the same places.
        let map = GridMap(from: size, to: [9, 11, 6])
        let straight = ScoreResampler([(try Self.scores(values, 3, size), map)], threads: 2)
        let turned = ScoreResampler([(scores, map.reoriented(by: reorientation))], threads: 2)
        let there = Volume(
            straight.classMap(), geometry: .init(size: map.size, affine: .identity)
        )
        .reoriented(by: reorientation)
        let labels = turned.classMap().array
        let differing = zip(labels, there.samples.array).count { $0 != $1 }
        #expect(differing <= 2)
    }

    @Test("regions are painted where they have more than ½, later ones over earlier ones")
    func painting() throws {
        var generator = SeededGenerator(seed: 5)
        let (size, target): (SIMD3<Int>, SIMD3<Int>) = ([7, 6, 5], [16, 9, 11])
        let map = GridMap(from: size, to: target)
        // Two sources, as those of models with different preparations.
        let all = (0..<2).map { _ in
            (0..<3 * size.x * size.y * size.z).map { _ in
                Float.random(in: 0...1, using: &generator)
            }
        }
        let painted: [UInt8] = [4, 0, 2]
        let found = ScoreResampler(
            try all.map { (try Self.scores($0, 3, size), map) }, rule: .painted(painted), threads: 2
        ).classMap().array
        let regions = all.map { Self.reference($0, 3, size, map) }
        var wrong = 0
        for voxel in found.indices {
            let means = (0..<3).map { (regions[0][$0][voxel] + regions[1][$0][voxel]) / 2 }
            // Where rounding decides, either is right.
            guard means.allSatisfy({ abs($0 - 0.5) > 1e-5 }) else { continue }
            let last = (0..<3).last { means[$0] > 0.5 }
            if found[voxel] != last.map({ painted[$0] }) ?? 0 { wrong += 1 }
        }
        #expect(wrong == 0 && Set(found) == [0, 2, 4])
    }
}

extension Samples {
    fileprivate var floats: [Float] { withValues(as: Float.self) { Array($0) } }
}

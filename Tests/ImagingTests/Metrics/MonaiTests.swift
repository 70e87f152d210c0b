import Foundation
import SegNASImaging
import SegNASRandomness
import TestSupport
import Testing

@Suite("Metrics equal to those of MONAI")
struct MonaiTests {
    /// The input from which Fixtures/metrics.py makes label maps.
    struct Generated: Decodable, Sendable {
        let seed: UInt64
        let kinds: [String]
        let size: [Int]
        let spacing: [Double]
        let tolerance: Double
    }

    @Test("generated label pairs, with labels missing, on borders and of one voxel")
    func generated() throws {
        let cases: [Generated] = try fixtureCases("metrics")
        let expected: [MonaiMetrics] = try fixtureCases("metrics")
        #expect(cases.count == 96)
        for (pair, expected) in zip(cases, expected) {
            var generator = SeededGenerator(seed: pair.seed)
            let reference = labels(pair.kinds[0], of: pair, using: &generator)
            let prediction = labels(pair.kinds[1], of: pair, using: &generator)
            var options = LabelComparison.Options()
            options.tolerance = pair.tolerance
            let comparison = try LabelComparison(
                reference: reference, prediction: prediction, labels: [1, 2, 3], options: options)
            expected.expectEqual(comparison, "of seed \(pair.seed)")
        }
    }

    /// The input of Fixtures/metrics-real.py.
    struct Rolled: Decodable, Sendable {
        let file: String
        let shift: [Int]
    }

    @Test("real labels against themselves rolled", .enabled(if: RealData.isHere))
    func real() throws {
        let cases: [Rolled] = try fixtureCases("metrics-real")
        let expected: [MonaiMetrics] = try fixtureCases("metrics-real")
        #expect(cases.count == 9)
        for (pair, expected) in zip(cases, expected) {
            let reference = try LabelMap(Volume(contentsOf: RealData.path(pair.file)))
            let comparison = try LabelComparison(
                reference: reference, prediction: rolled(reference, by: pair.shift))
            #expect(comparison.labels.count == expected.dice.count)
            expected.expectEqual(comparison, "of \(pair.file)")
        }
    }

    private func labels(
        _ kind: String, of pair: Generated, using generator: inout SeededGenerator
    ) -> LabelMap {
        let size = SIMD3(pair.size[0], pair.size[1], pair.size[2])
        let spacing = SIMD3(pair.spacing[0], pair.spacing[1], pair.spacing[2])
        let geometry = Geometry(size: size, affine: Affine(spacing: spacing))
        var map = LabelMap(
            values: Array(repeating: 0, count: geometry.voxelCount), geometry: geometry)
        switch kind {
        case "noise":
            for index in map.values.indices {
                map.values[index] = Int32(generator.below(4))
            }
        case "points":
            for label in 1...3 {
                map.values[generator.below(map.values.count)] = Int32(label)
            }
        case "boxes":
            for label in 1...3 { map.fillBox(Int32(label), using: &generator) }
        default: break
        }
        return map
    }

    private func rolled(_ map: LabelMap, by shift: [Int]) -> LabelMap {
        let size = map.geometry.size
        var result = map
        for index in map.values.indices {
            let (x, y, z) = (index % size.x, index / size.x % size.y, index / size.x / size.y)
            let target = SIMD3(
                (x + shift[0] + size.x) % size.x, (y + shift[1] + size.y) % size.y,
                (z + shift[2] + size.z) % size.z)
            result.values[(target.z * size.y + target.y) * size.x + target.x] = map.values[index]
        }
        return result
    }
}

extension SeededGenerator {
    /// The same as `SplitMix64.below` of Fixtures/metrics.py.
    fileprivate mutating func below(_ count: Int) -> Int {
        Int(next() % UInt64(count))
    }
}

extension LabelMap {
    /// The same as the boxes of Fixtures/metrics.py.
    fileprivate mutating func fillBox(
        _ label: Int32, using generator: inout SeededGenerator
    ) {
        let size = geometry.size
        let low = (0..<3).map { generator.below(size[$0]) }
        let high = (0..<3).map { low[$0] + 1 + generator.below(size[$0] - low[$0]) }
        for z in low[2]..<high[2] {
            for y in low[1]..<high[1] {
                for x in low[0]..<high[0] { values[(z * size.y + y) * size.x + x] = label }
            }
        }
    }
}

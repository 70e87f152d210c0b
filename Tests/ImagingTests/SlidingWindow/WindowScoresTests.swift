import Foundation
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Sums of a sliding window")
struct WindowScoresTests {
    struct Scene: CustomTestStringConvertible, Sendable {
        var classes: Int
        var size: SIMD3<Int>
        var patch: SIMD3<Int>
        var cuts = (x: 0, y: 0)
        /// Voxels of the grid that labels are made on.
        var target: SIMD3<Int>
        var testDescription: String {
            "\(classes) classes, \(size) by \(patch), cuts \(cuts), to \(target)"
        }

        var grid: TileGrid { TileGrid(size: size, patch: patch, overlap: 0.5) }
        var voxels: Int { size.x * size.y * size.z }
    }

    static let scenes = [
        Scene(classes: 3, size: [21, 17, 13], patch: [8, 8, 8], target: [21, 17, 13]),
        Scene(
            classes: 3, size: [21, 17, 13], patch: [8, 8, 8], cuts: (2, 1), target: [33, 40, 20]),
        Scene(
            classes: 5, size: [20, 24, 40], patch: [8, 8, 8], cuts: (1, 3), target: [9, 11, 13]),
        Scene(
            classes: 30, size: [13, 14, 15], patch: [6, 5, 7], cuts: (3, 3), target: [26, 28, 8]),
        Scene(classes: 2, size: [5, 9, 30], patch: [8, 8, 8], cuts: (0, 1), target: [5, 18, 10]),
        Scene(classes: 2, size: [3, 4, 5], patch: [8, 8, 8], target: [9, 2, 5]),
        Scene(
            classes: 2, size: [19, 23, 1], patch: [8, 8, 1], cuts: (2, 2), target: [38, 46, 3]),
        Scene(
            classes: 4, size: [30, 9, 17], patch: [7, 9, 3], cuts: (4, 0), target: [7, 20, 70]),
        Scene(classes: 100, size: [12, 12, 12], patch: [12, 12, 12], target: [12, 15, 24]),
    ]

    /// Softmax-like probabilities `[C, z, y, x]` of a whole image.
    static func probabilities(_ scene: Scene, seed: UInt64 = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return ScoreResamplerTests.probabilities(scene.classes, scene.size, using: &generator)
    }

    /// What a network that sees single voxels finds in a mirrored tile; nonsense in padding.
    static func tile(
        _ tile: SIMD3<Int>, of values: [Float], _ scene: Scene, mirrored: [Bool]
    ) -> [Float] {
        let (start, patch, size) = (scene.grid.start(of: tile), scene.patch, scene.size)
        var result: [Float] = []
        for label in 0..<scene.classes {
            for index in 0..<patch.x * patch.y * patch.z {
                let place: SIMD3<Int> = [
                    index % patch.x, index / patch.x % patch.y, index / (patch.x * patch.y),
                ]
                var voxel = start
                for axis in 0..<3 {
                    voxel[axis] += mirrored[axis] ? patch[axis] - 1 - place[axis] : place[axis]
                }
                let isInside = all(voxel .>= 0) && all(voxel .< size)
                result.append(
                    isInside
                        ? values[((label * size.z + voxel.z) * size.y + voxel.y) * size.x + voxel.x]
                        : 7)
            }
        }
        return result
    }

    /// Runs all tiles, whose probabilities are made by a body.
    static func run(
        _ scene: Scene, into sink: any ScoreSink, threads: Int = 2, cuts: (x: Int, y: Int)? = nil,
        mirrorings: [[Bool]] = [[false, false, false]],
        _ body: (SIMD3<Int>, [Bool]) -> [Float]
    ) throws {
        let plan = WindowPlan(
            scene.grid, classes: scene.classes, halo: sink.halo, cuts: cuts ?? scene.cuts)
        let scores = WindowScores(plan, passes: mirrorings.count, sink: sink, threads: threads)
        for row in plan.rows {
            for tile in row.tiles {
                for mirrored in mirrorings {
                    let values = body(tile, mirrored)
                    for place in try scores.places(of: tile, in: row, mirrored: mirrored) {
                        place.add(values, classes: scene.classes, tile: scene.patch)
                    }
                }
            }
            try scores.finish(row)
        }
    }

    static func kept(
        _ scene: Scene, threads: Int = 2, cuts: (x: Int, y: Int)? = nil,
        mirrorings: [[Bool]] = [[false, false, false]],
        _ body: (SIMD3<Int>, [Bool]) -> [Float]
    ) throws -> [Float] {
        let scores = try #require(
            ClassScores(classes: scene.classes, size: scene.size, reorientation: .identity))
        try run(
            scene, into: KeepingSink(scores), threads: threads, cuts: cuts, mirrorings: mirrorings,
            body)
        #expect(scores.count == mirrorings.count)
        return Array(UnsafeBufferPointer(start: scores.values, count: scene.classes * scene.voxels))
    }

    @Test(
        "probabilities that do not depend on the tile come back, mirrored or not",
        arguments: scenes)
    func pointwise(scene: Scene) throws {
        let values = Self.probabilities(scene)
        let mirrorings = [[false, false, false], [true, false, false], [true, true, true]]
        let found = try Self.kept(scene, mirrorings: mirrorings) {
            Self.tile($0, of: values, scene, mirrored: $1)
        }
        #expect(zip(found, values).allSatisfy { abs($0 / 3 - $1) < 2e-6 })
    }

    @Test(
        "sums are weighted means over tiles, as in one sum over the whole image", arguments: scenes)
    func weighted(scene: Scene) throws {
        let found = try Self.kept(scene) { tile, _ in Self.noise(scene, tile) }
        var sums = [Double](repeating: 0, count: scene.classes * scene.voxels)
        var weights = [Double](repeating: 0, count: scene.voxels)
        let (grid, patch, size) = (scene.grid, scene.patch, scene.size)
        for z in grid.z.starts.indices {
            for y in grid.y.starts.indices {
                for x in grid.x.starts.indices {
                    let values = Self.noise(scene, [x, y, z])
                    let start = grid.start(of: [x, y, z])
                    for index in 0..<patch.x * patch.y * patch.z {
                        let place: SIMD3<Int> = [
                            index % patch.x, index / patch.x % patch.y, index / (patch.x * patch.y),
                        ]
                        let voxel = start &+ place
                        guard all(voxel .>= 0), all(voxel .< size) else { continue }
                        var weight = 1.0
                        for axis in 0..<3 {
                            let distance = Double(8 * (place[axis] - patch[axis] / 2))
                            weight *= exp(-pow(distance / Double(patch[axis]), 2) / 2)
                        }
                        let at = (voxel.z * size.y + voxel.y) * size.x + voxel.x
                        weights[at] += weight
                        for label in 0..<scene.classes {
                            let value = values[label * patch.x * patch.y * patch.z + index]
                            sums[label * scene.voxels + at] += weight * Double(value)
                        }
                    }
                }
            }
        }
        let farthest = sums.indices.map {
            abs(sums[$0] / weights[$0 % scene.voxels] - Double(found[$0]))
        }.max()
        #expect(try #require(farthest) < 2e-6)
    }

    /// Other probabilities for every tile.
    static func noise(_ scene: Scene, _ tile: SIMD3<Int>) -> [Float] {
        var generator = SeededGenerator(seed: UInt64(tile.x + 100 * tile.y + 10_000 * tile.z))
        return ScoreResamplerTests.probabilities(scene.classes, scene.patch, using: &generator)
    }

    @Test("threads and cuts change no bit", arguments: scenes)
    func threads(scene: Scene) throws {
        let all = try Self.kept(scene, threads: 1) { tile, _ in Self.noise(scene, tile) }
        for (threads, cuts) in [(2, (0, 0)), (3, (1, 0)), (2, (0, 2))] {
            let possible = (
                x: min(cuts.0, scene.grid.x.starts.count - 1),
                y: min(cuts.1, scene.grid.y.starts.count - 1)
            )
            let other = try Self.kept(scene, threads: threads, cuts: possible) { tile, _ in
                Self.noise(scene, tile)
            }
            let isEqual = other == all
            #expect(isEqual)
        }
    }

    @Test(
        "labels are those of all probabilities at once, on any grid, whatever the cuts",
        arguments: scenes)
    func labels(scene: Scene) throws {
        let map = GridMap(from: scene.size, to: scene.target)
        let kept = try #require(
            ClassScores(classes: scene.classes, size: scene.size, reorientation: .identity))
        try Self.run(scene, into: KeepingSink(kept)) { tile, _ in Self.noise(scene, tile) }
        let expected = ScoreResampler([(kept, map)], threads: 2).classMap().array
        for cuts in [scene.cuts, (0, 0)] {
            let sink = try LabelSink(map)
            try Self.run(scene, into: sink, cuts: cuts) { tile, _ in Self.noise(scene, tile) }
            let isEqual = sink.classes.array == expected
            #expect(isEqual)
        }
        let rule = ScoreRule.painted((0..<scene.classes).map { UInt8($0 % 7 + 1) })
        let sink = try LabelSink(map, rule: rule)
        try Self.run(scene, into: sink) { tile, _ in Self.noise(scene, tile) }
        let isPainted =
            sink.classes.array
            == ScoreResampler([(kept, map)], rule: rule, threads: 2).classMap().array
        #expect(isPainted)
    }

    @Test("scores in a file are those in memory")
    func scratch() throws {
        let scene = Self.scenes[2]
        let folder = FileManager.default.temporaryDirectory.path
        let reorientation = Reorientation(sources: [2, 0, 1], reversals: [true, false, true])
        let memory = try #require(
            ClassScores(classes: 5, size: scene.size, reorientation: reorientation))
        let file = try ClassScores(
            classes: 5, size: scene.size, reorientation: reorientation, scratchIn: folder)
        for scores in [memory, file] {
            try Self.run(scene, into: KeepingSink(scores)) { tile, _ in Self.noise(scene, tile)
            }
        }
        let same = (0..<5 * scene.voxels).allSatisfy { memory.values[$0] == file.values[$0] }
        #expect(same && file.size == [40, 20, 24])
        #expect(throws: (any Error).self) {
            try ClassScores(
                classes: 2, size: [4, 4, 4], reorientation: .identity, scratchIn: "/no/folder")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!left.contains { $0.hasPrefix(".scores.") })
    }

    @Test("a body of 512×512×600 voxels and 100 classes fits into 1 GiB with a fifth more tiles")
    func plan() {
        let grid = TileGrid(size: [512, 512, 600], patch: [64, 64, 64], overlap: 0.5)
        #expect(grid.count == 15 * 15 * 18)
        for halo in [0, 1] {
            let plan = WindowPlan(
                grid, classes: 100, halo: SIMD3(repeating: halo), bytes: 1 << 30)
            #expect(plan.peakBytes <= 1 << 30)
            #expect(Double(plan.tileCount) <= 1.22 * Double(grid.count))
        }
        // What cannot be done with as little is done with as little as possible.
        let small = WindowPlan(grid, classes: 100, halo: .zero, bytes: 1 << 20)
        #expect(small.peakBytes < 200 << 20)
        let free = WindowPlan(grid, classes: 2, halo: [1, 1, 1], bytes: 1 << 30)
        #expect(free.tileCount == grid.count && free.columns.count == 1)
    }

    @Test("plans foresee their memory", arguments: scenes)
    func memory(scene: Scene) throws {
        // Blocks are the only large memory: those alive are counted where they are handed on.
        let map = GridMap(from: scene.size, to: scene.target)
        let halo = try LabelSink(map).halo
        let plan = WindowPlan(scene.grid, classes: scene.classes, halo: halo, cuts: scene.cuts)
        var open: Set<SIMD2<Int>> = []
        var most = 0
        for row in plan.rows {
            let column = plan.columns[row.column]
            open.formUnion(row.tiles.flatMap { plan.cells($0, of: column) })
            let bytes = open.reduce(0) { sum, cell in
                sum + plan.lines.voxels(of: cell.x).count * plan.slices.voxels(of: cell.y).count
            }
            most = max(most, bytes * column.x.count * scene.classes * 4)
            open.subtract(plan.completed(by: row))
        }
        #expect(open.isEmpty && most > 0)
        #expect(most <= plan.peakBytes)
        let box = (plan.slices.longestCell + halo.z) * (plan.lines.longestCell + halo.y)
        let wide = plan.columns.map(\.x.count).max() ?? 0
        if halo == .zero {
            #expect(plan.peakBytes <= most + box * wide * scene.classes * 4)
        }
    }
}

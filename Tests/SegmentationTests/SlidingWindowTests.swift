import Foundation
import ModelSupport
import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Prediction tile by tile")
struct SlidingWindowTests {
    /// Probabilities `[L, D, H, W]` of every 11th value; sizes are D, H, W.
    struct Expected: Decodable {
        var size: [Int]
        var patch: [Int]
        var peer: String
        var probabilities: [Double]
    }

    /// The image of `Fixtures/sliding-window.py`.
    nonisolated static func image(_ size: SIMD3<Int>) -> PreparedCase {
        var values: [Float] = []
        for d in 0..<size.z {
            for h in 0..<size.y {
                for w in 0..<size.x {
                    let (d, h, w) = (Double(d), Double(h), Double(w))
                    values.append(
                        Float(
                            sin(0.31 * d + 0.17 * h) + sin(0.23 * w - 0.41 * h)
                                + sin(0.9 * d + 0.8 * w)))
                }
            }
        }
        return PreparedCase(identifier: "waves", size: size, image: Samples(values))
    }

    private func window(
        _ patch: SIMD3<Int>, batch: Int = 1,
        progress: @escaping (Int, Int) throws -> Void = { _, _ in }
    ) -> SlidingWindow {
        SlidingWindow(
            patch: patch, scoreBytes: 1 << 28, batch: batch, threads: 2, progress: progress)
    }

    private func probabilities(
        _ window: SlidingWindow, _ image: PreparedCase, _ classes: Int,
        _ networks: [(Tensor) throws -> Tensor]
    ) throws -> [Float] {
        let scores = try #require(
            ClassScores(classes: classes, size: image.size, reorientation: .identity))
        let members = networks.enumerated().map { EnsembleMember(number: $0, scores: $1) }
        try window.fill(scores, with: image, by: members)
        let map = GridMap(from: image.size, to: image.size)
        let resampler = ScoreResampler([(scores, map)], threads: 2)
        return (0..<classes).flatMap { label in
            resampler.probability(of: label, slices: 0..<image.size.z).withValues(as: Float.self) {
                Array($0)
            }
        }
    }

    @Test("probabilities are MONAI's with nnU-Net's weights, whatever the size and the batch")
    func peers() throws {
        let cases: [Expected] = try fixture("sliding-window.json", in: Bundle.module)
        #expect(cases.count == 7)
        for expected in cases {
            let size = SIMD3(expected.size[2], expected.size[1], expected.size[0])
            let patch = SIMD3(expected.patch[2], expected.patch[1], expected.patch[0])
            for batch in [1, 3] {
                let found = try probabilities(
                    window(patch, batch: batch), Self.image(size), 3, [convolutions])
                let farthest = expected.probabilities.enumerated().map { index, value in
                    abs(value - Double(found[11 * index]))
                }.max()
                #expect(
                    try #require(farthest) < 1e-5, "\(size) by \(patch) beside \(expected.peer)")
            }
        }
    }

    @Test(
        "a network that sees single voxels gives what it gives for the whole image",
        arguments: [1, 2, 30])
    func singleVoxels(foreground: Int) throws {
        let classes = foreground + 1
        for size in [[17, 9, 14], [5, 4, 3], [1, 20, 7]] as [SIMD3<Int>] {
            let image = Self.image(size)
            var mirrored = window([6, 8, 5], batch: 2)
            mirrored.mirrorings = [[false, false, false], [false, true, true]]
            let networks = [pointwise(classes), pointwise(classes)]
            let found = try probabilities(mirrored, image, classes, networks)
            let whole = try probabilities(window(size), image, classes, networks)
            #expect(zip(found, whole).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("labels on another grid are those of probabilities that are kept")
    func labels() throws {
        let image = Self.image([29, 18, 21])
        let members = [EnsembleMember(number: 0, scores: convolutions)]
        for target in [[29, 18, 21], [40, 40, 40], [13, 60, 8]] as [SIMD3<Int>] {
            let map = GridMap(from: image.size, to: target)
            let scores = try #require(
                ClassScores(classes: 3, size: image.size, reorientation: .identity))
            try window([12, 10, 8]).fill(scores, with: image, by: members)
            let expected = ScoreResampler([(scores, map)], threads: 2).classMap()
            var few = window([12, 10, 8])
            for bytes in [1, 1 << 28] {
                few.scoreBytes = bytes
                let found = try few.classes(of: image, labels: 3, by: members, on: map)
                let isEqual = Self.bytes(found) == Self.bytes(expected)
                #expect(isEqual)
                #expect(Set(Self.bytes(found)).count > 1)
            }
        }
    }

    nonisolated static func bytes(_ samples: Samples) -> [UInt8] {
        samples.withValues(as: UInt8.self) { Array($0) }
    }

    @Test("neither cuts nor threads change a bit of the probabilities")
    func cuts() throws {
        let image = Self.image([40, 27, 22])
        func found(bytes: Int, threads: Int) throws -> [Float] {
            var window = window([12, 10, 8])
            window.scoreBytes = bytes
            try CPU.setThreads(threads)
            return try probabilities(window, image, 3, [convolutions])
        }
        let before = CPU.threads
        defer { try? CPU.setThreads(before) }
        let whole = try found(bytes: 1 << 28, threads: 2)
        for (bytes, threads) in [(1, 2), (1 << 28, 1), (1, 1)] {
            let isEqual = try found(bytes: bytes, threads: threads) == whole
            #expect(isEqual, "\(bytes) bytes, \(threads) threads")
        }
    }

    @Test("tiles of one value are computed once, and the result is the same")
    func uniform() throws {
        var image = Self.image([40, 16, 16])
        let air = image.image.withValues(as: Float.self) { values in
            values.enumerated().map { $0 % 40 < 28 ? -0.75 : $1 }
        }
        image.image = Samples(air)
        var calls = 0
        var reports: [Int] = []
        let counting: (Tensor) throws -> Tensor = {
            calls += 1
            return try convolutions($0)
        }
        let grid = TileGrid(size: image.size, patch: [8, 8, 8], overlap: 0.5)
        let found = try probabilities(
            window([8, 8, 8]) { done, all in reports.append(all - done) }, image, 3, [counting])
        // Of 9 tiles along x those that start at 0, 4, …, 20 are air.
        #expect(grid.count == 81 && calls == 3 * 9 + 1)
        #expect(reports == Array((0..<81).reversed()))
        // What no voxel tells from others of its kind is no air.
        let tiles = TileReader(image.image, grid: grid)
        let scores = try #require(
            ClassScores(classes: 3, size: image.size, reorientation: .identity))
        let sink = KeepingSink(scores)
        let plan = WindowPlan(grid, classes: 3, halo: .zero, bytes: 1 << 28)
        let sums = WindowScores(plan, passes: 1, sink: sink, threads: 2)
        for row in plan.rows {
            for tile in row.tiles {
                var values = [Float](repeating: 0, count: tiles.count)
                tiles.copy(tile, mirrored: [false, false, false], to: &values)
                let all = try convolutions(Tensor(values, shape: [1, 1, 8, 8, 8])).softmax(along: 1)
                    .array(of: Float.self)
                for place in try sums.places(
                    of: tile, in: row, mirrored: [false, false, false])
                {
                    place.add(all, classes: 3, tile: [8, 8, 8])
                }
            }
            try sums.finish(row)
        }
        let map = GridMap(from: image.size, to: image.size)
        let expected = (0..<3).flatMap { label in
            ScoreResampler([(scores, map)], threads: 2).probability(of: label, slices: 0..<16)
                .withValues(as: Float.self) { Array($0) }
        }
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("it ends between tiles when it is told to")
    func ends() throws {
        struct End: Error {}
        var seen = 0
        let ending = window([8, 8, 8]) { done, all in
            seen = done
            #expect(all == 27)
            if done == 5 { throw End() }
        }
        #expect(throws: End.self) {
            try probabilities(ending, Self.image([16, 16, 16]), 3, [convolutions])
        }
        #expect(seen == 5)
    }

    @Test("probabilities that are no numbers are told, with the network")
    func notFinite() throws {
        let bad: (Tensor) throws -> Tensor = { try $0 * .nan }
        #expect(throws: PredictionError.notFinite(model: 1)) {
            try probabilities(window([8, 8, 8]), Self.image([12, 9, 8]), 3, [convolutions, bad])
        }
    }

    @Test("want of memory for sums is typed")
    func memory() throws {
        let image = Self.image([16, 16, 16])
        let inUse = try TensorMemory.statistics().current.bytes
        try TensorMemory.setBudget(ByteCount(inUse + 1000))
        defer { try? TensorMemory.setBudget(nil) }
        let error = #expect(throws: TorchError.self) {
            try window([8, 8, 8]).classes(
                of: image, labels: 3, by: [EnsembleMember(number: 0, scores: convolutions)],
                on: GridMap(from: image.size, to: image.size))
        }
        guard case .outOfMemory(let failure) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failure.limit == ByteCount(inUse + 1000))
    }
}

/// The network of `Fixtures/sliding-window.py`.
private func convolutions(_ images: Tensor) throws -> Tensor {
    func weights(_ shape: [Int], _ phase: Double, _ scale: Double) throws -> Tensor {
        try (sines(shape, phase: phase) * scale).cast(to: .float32)
    }
    let window = ConvolutionWindow.sameSize(kernel: 3)
    return
        try images
        .conv3D(
            weight: weights([4, 1, 3, 3, 3], 0, 0.4), bias: weights([4], 1, 0.1), window: window
        )
        .relu()
        .conv3D(
            weight: weights([3, 4, 3, 3, 3], 2, 0.4), bias: weights([3], 3, 0.1), window: window)
}

/// Scores that are products of a voxel's intensity: they depend on nothing else.
private func pointwise(_ classes: Int) -> (Tensor) throws -> Tensor {
    { images in
        let steps = try sines([1, classes, 1, 1, 1], phase: 0.3).cast(to: .float32)
        return try images * (steps * 4) + steps
    }
}

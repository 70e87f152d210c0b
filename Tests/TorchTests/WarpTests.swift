import Foundation
import SegNASRandomness
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Warp")
struct WarpTests {
    /// An image and labels of some size, and warps that move them, drawn from a seed.
    struct Example: Sendable, CustomTestStringConvertible {
        var size: Extent
        var channels: Int
        var kind: Kind
        var testDescription: String { "\(kind) \(size) × \(channels)" }

        enum Kind: CaseIterable, Sendable { case planar, affine, displaced }

        static let all = Kind.allCases.flatMap { kind in
            [
                Example(size: Extent(16, 16, 16), channels: 1, kind: kind),
                Example(size: Extent(5, 13, 21), channels: 3, kind: kind),
                Example(size: Extent(2, 3, 2), channels: 2, kind: kind),
                Example(size: Extent(9, 8, 35), channels: 1, kind: kind),
            ]
        }

        func warps(_ count: Int, using generator: inout SeededGenerator) -> [Warp] {
            (0..<count).map { _ in
                let extents = [size.width, size.height, size.depth].map(Double.init)
                var rows = (0..<3).map { row in
                    (0..<3).map { column in
                        (row == column ? 1 : 0) + generator.uniform(in: -0.4...0.4)
                    }
                }
                if kind == .planar { (rows[2][0], rows[2][1]) = (0, 0) }
                for row in 0..<3 {
                    rows[row].append(generator.uniform(in: -0.3...0.3) * extents[row])
                }
                return Warp(
                    rows: rows,
                    displacement: kind == .displaced ? displacement(&generator) : nil)
            }
        }

        private func displacement(_ generator: inout SeededGenerator) -> Warp.Displacement {
            let cells = Extent(2, 3, 4)
            return Warp.Displacement(
                cells: cells,
                points: (0..<Warp.Displacement.count(of: cells)).map { _ in
                    Float(generator.uniform(in: -2...2))
                })
        }
    }

    private func inputs(
        _ size: Extent, count: Int = 2, channels: Int, using generator: inout SeededGenerator
    ) throws -> (images: Tensor, labels: Tensor) {
        let images = (0..<count * channels * size.volume).map { _ in
            Float(generator.uniform(in: -1...1))
        }
        let labels = (0..<count * size.volume).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        return (
            try Tensor(images, shape: [count, channels] + size.axes),
            try Tensor(labels, shape: [count] + size.axes)
        )
    }

    @Test("the fused pass equals libtorch's grid_sample", arguments: Example.all)
    func equalsGridSample(_ example: Example) throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<4 {
            let (images, labels) = try inputs(
                example.size, channels: example.channels, using: &generator)
            let warps = example.warps(2, using: &generator)
            let fused = try images.warped(by: warps, labels: labels, method: .fused)
            let composed = try images.warped(by: warps, labels: labels, method: .composed)
            #expect(fused.images.isLaidOut(in: .channelsLast))
            #expect(composed.images.isLaidOut(in: .channelsLast))
            #expect(relativeError(try fused.images.values, try composed.images.values) < 1e-4)
            let (a, b) = (try #require(fused.labels).values, try #require(composed.labels).values)
            // Where rounding decides between two voxels, as rarely happens.
            #expect(zip(a, b).count { $0 != $1 } <= 1)
        }
    }

    @Test("all instructions and any number of threads give the same", arguments: Example.all)
    func variants(_ example: Example) throws {
        var generator = SeededGenerator(seed: 5)
        let (images, labels) = try inputs(
            example.size, count: 1, channels: example.channels, using: &generator)
        let warp = example.warps(1, using: &generator)[0]
        let image = try images.array(of: Float.self)
        let map = try labels.array(of: UInt8.self)
        func run(_ instructions: WarpInstructions, threads: Int) throws -> ([Float], [UInt8]) {
            try warp.applied(
                to: image, map, channels: example.channels, size: example.size, threads: threads,
                instructions: instructions)
        }
        let best = try run(.best, threads: 1)
        #expect(try run(.best, threads: 4) == best)
        let baseline = try run(.baseline, threads: 1)
        #expect(zip(best.0, baseline.0).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(zip(best.1, baseline.1).count { $0 != $1 } <= 1)
    }

    @Test("identity and mirror are exact", arguments: [1, 3])
    func exact(channels: Int) throws {
        var generator = SeededGenerator(seed: 6)
        let size = Extent(7, 9, 17)
        let (images, labels) = try inputs(size, channels: channels, using: &generator)
        let same = try images.warped(by: [.identity, .identity], labels: labels)
        #expect(try same.images.values == images.values)
        #expect(try same.labels?.values == labels.values)

        let mirror = Warp(rows: [[-1, 0, 0, 16], [0, -1, 0, 8], [0, 0, -1, 6]])
        let once = try images.warped(by: [mirror, mirror], labels: labels)
        let twice = try once.images.warped(by: [mirror, mirror], labels: once.labels)
        #expect(try once.images.values != images.values)
        #expect(try twice.images.values == images.values)
        #expect(try twice.labels?.values == labels.values)
    }

    /// f(x, y, z) = x + 10y + 100z is reproduced by trilinear interpolation wherever it is between voxels.
    @Test("a ramp stays a ramp inside, and outside is zero")
    func ramp() throws {
        let size = Extent(8, 10, 12)
        let ramp = (0..<size.volume).map { (i: Int) -> Float in
            Float(i % 12 + 10 * (i / 12 % 10) + 100 * (i / 120))
        }
        let rows = [[0.9, 0.2, 0.1, 0.3], [-0.3, 0.8, 0.1, 2.6], [0.1, -0.1, 1.1, 0.2]]
        let (moved, labels) = try Warp(rows: rows).applied(
            to: ramp, Array(repeating: 255, count: size.volume), channels: 1, size: size)
        var (inside, outside) = (0, 0)
        for i in 0..<size.volume {
            let voxel: [Double] = [Double(i % 12), Double(i / 12 % 10), Double(i / 120), 1]
            let at = rows.map { (row: [Double]) -> Double in
                zip(row, voxel).reduce(0) { $0 + $1.0 * $1.1 }
            }
            let isInside = zip(at, [11, 9, 7]).allSatisfy { $0 >= 0 && $0 <= $1 }
            if isInside {
                inside += 1
                let expected = at[0] + 10 * at[1] + 100 * at[2]
                #expect(abs(Double(moved[i]) - expected) < 1e-3)
                #expect(labels[i] == 255)
            } else if zip(at, [12, 10, 8]).contains(where: { $0 <= -1 || $0 >= $1 }) {
                outside += 1
                #expect(moved[i] == 0 && labels[i] == 0)
            }
        }
        #expect(inside > 300 && outside > 10)
    }

    @Test("halfway between two labels is the one of higher index")
    func ties() throws {
        let rows = [[1, 0, 0, 0.5], [0, 1, 0, 0], [0, 0, 1, 0.5]]
        let labels: [UInt8] = Array(1...16)  // [2, 2, 4]
        let (_, moved) = try Warp(rows: rows).applied(
            to: Array(repeating: 0, count: 16), labels, channels: 1, size: Extent(2, 2, 4))
        #expect(moved == [10, 11, 12, 0, 14, 15, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("control points that all move alike shift the image", arguments: [1, 4])
    func uniformDisplacement(cells: Int) throws {
        var generator = SeededGenerator(seed: 7)
        let size = Extent(6, 7, 8)
        let (images, labels) = try inputs(size, count: 1, channels: 1, using: &generator)
        let grid = Extent(cube: cells)
        let count = Warp.Displacement.count(of: grid) / 3
        let shift: [Float] = [1, -2, 0.5]
        let points = shift.flatMap { [Float](repeating: $0, count: count) }
        let displaced = Warp(
            rows: Warp.identity.rows, displacement: .init(cells: grid, points: points))
        let shifted = Warp(rows: [[1, 0, 0, 1], [0, 1, 0, -2], [0, 0, 1, 0.5]])
        let a = try images.warped(by: [displaced], labels: labels)
        let b = try images.warped(by: [shifted], labels: labels)
        #expect(relativeError(try a.images.values, try b.images.values) < 1e-5)
    }

    @Test("what cannot be warped is refused in words")
    func refusals() throws {
        let flat = try Tensor.zeros([1, 1, 1, 4, 4])
        #expect(throws: TorchError.self) { try flat.warped(by: [.identity], labels: nil) }
        let volume = try Tensor.zeros([1, 1, 4, 4, 4])
        let singular = Warp(rows: [[.nan, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
        #expect(throws: TorchError.operation("warp: the matrix is not finite")) {
            try volume.warped(by: [singular], labels: nil)
        }
        #expect(throws: TorchError.self) { try volume.warped(by: [], labels: nil) }
        #expect(throws: TorchError.self) {
            try volume.warped(by: [.identity], labels: .zeros([1, 4, 4, 4], dtype: .int64))
        }
    }
}

extension Warp {
    /// Image `[C, D, H, W]` and labels, moved.
    func applied(
        to image: [Float], _ labels: [UInt8], channels: Int, size: Extent, threads: Int = 1,
        instructions: WarpInstructions = .best
    ) throws -> ([Float], [UInt8]) {
        var (moved, movedLabels) = (image, labels)
        try image.withUnsafeBufferPointer { image in
            try labels.withUnsafeBufferPointer { labels in
                try moved.withUnsafeMutableBufferPointer { moved in
                    try movedLabels.withUnsafeMutableBufferPointer { movedLabels in
                        try apply(
                            from: WarpSource(
                                image: #require(image.baseAddress), labels: labels.baseAddress,
                                channels: channels, size: size),
                            to: WarpTarget(
                                image: #require(moved.baseAddress),
                                labels: movedLabels.baseAddress, channelsLast: false),
                            threads: threads, instructions: instructions)
                    }
                }
            }
        }
        return (moved, movedLabels)
    }
}

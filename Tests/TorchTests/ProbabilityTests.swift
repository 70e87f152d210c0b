import SegNASRandomness
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Probabilities added to sums")
struct ProbabilityTests {
    struct Scene: Sendable, CustomTestStringConvertible {
        var outputs: Int
        /// Of the scores, and the box in them.
        var size: Extent
        var start: Extent = 0
        var lengths: Extent
        /// Which axes of the sums run backwards: depth, height, width.
        var reversed = [false, false, false]
        /// True where the sums' fastest axis is that of the depth.
        var isTurned = false
        var testDescription: String {
            "\(outputs) outputs, \(lengths) at \(start) of \(size), \(reversed) \(isTurned)"
        }

        static let all =
            [1, 2, 3, 7, 8, 9, 15, 16, 20, 30, 100].map {
                Scene(outputs: $0, size: Extent(2, 3, 21), lengths: Extent(2, 3, 21))
            }
            + [1, 5, 7, 8, 63, 64, 65, 71, 130].map {
                Scene(outputs: 11, size: Extent(2, 2, $0), lengths: Extent(2, 2, $0))
            } + [
                Scene(
                    outputs: 9, size: Extent(5, 6, 70), start: Extent(1, 2, 3),
                    lengths: Extent(3, 4, 66), reversed: [true, false, false]),
                Scene(
                    outputs: 3, size: Extent(5, 6, 70), start: Extent(4, 0, 60),
                    lengths: Extent(1, 6, 10), reversed: [false, true, true]),
                Scene(
                    outputs: 10, size: Extent(4, 6, 9), start: Extent(0, 1, 0),
                    lengths: Extent(4, 4, 9), reversed: [true, true, true], isTurned: true),
                Scene(outputs: 4, size: 3, lengths: Extent(0, 3, 3)),
            ]

        /// Weights of the box's voxels along its axes.
        var weights: (z: [Float], y: [Float], x: [Float]) {
            let all = lengths.axes.map { length in
                (0..<length).map { 0.25 + Float($0 % 5) }
            }
            return (all[0], all[1], all[2])
        }

        /// Steps between voxels of the box, before any axis is reversed.
        var strides: [Int] {
            isTurned
                ? [1, lengths.depth, lengths.depth * lengths.height]
                : [lengths.height * lengths.width, lengths.width, 1]
        }
    }

    /// Scores between −4 and 4 that bfloat16 holds exactly.
    static func scores(_ scene: Scene) throws -> Tensor {
        var generator = SeededGenerator(seed: UInt64(scene.outputs))
        let values = (0..<scene.outputs * scene.size.volume).map { _ in
            Float(Int(generator.next() >> 56) - 128) * 0.03125
        }
        return try Tensor(values, shape: [1, scene.outputs] + scene.size.axes)
    }

    /// What is added to sums of 0.5: them, and whether all scores were numbers.
    static func added(
        _ scores: Tensor, _ rule: ProbabilityRule, _ scene: Scene
    ) throws -> (sums: [Float], areFinite: Bool) {
        let voxels = scene.lengths.volume
        var sums = [Float](repeating: 0.5, count: scene.outputs * voxels)
        var first = 0
        var steps = scene.strides
        for axis in 0..<3 where scene.reversed[axis] {
            first += steps[axis] * (scene.lengths.axes[axis] - 1)
            steps[axis] = -steps[axis]
        }
        let areFinite = try sums.withUnsafeMutableBufferPointer { values in
            let start = try #require(values.baseAddress)
            return try scores.addProbabilities(
                rule, from: scene.start, weights: scene.weights,
                to: ProbabilitySums(
                    first: start + first, outputStep: voxels,
                    steps: Extent(steps[0], steps[1], steps[2])))
        }
        return (sums, areFinite)
    }

    /// The same by libtorch's softmax and sigmoid in float64.
    static func expected(
        _ scores: Tensor, _ rule: ProbabilityRule, _ scene: Scene
    ) throws -> [Double] {
        let exact = try scores.cast(to: .float64)
        let probabilities = try (rule == .classes ? exact.softmax(along: 1) : exact.sigmoid())
            .values
        var sums = [Double](repeating: 0.5, count: scene.outputs * scene.lengths.volume)
        let (size, lengths, weights) = (scene.size, scene.lengths, scene.weights)
        for output in 0..<scene.outputs {
            for z in 0..<lengths.depth {
                for y in 0..<lengths.height {
                    for x in 0..<lengths.width {
                        let place = zip([z, y, x], zip(lengths.axes, scene.strides)).enumerated()
                            .reduce(output * lengths.volume) { sum, axis in
                                let (at, (length, stride)) = axis.element
                                return sum
                                    + (scene.reversed[axis.offset] ? length - 1 - at : at) * stride
                            }
                        let line =
                            (output * size.depth + scene.start.depth + z) * size.height
                            + scene.start.height + y
                        sums[place] +=
                            probabilities[line * size.width + scene.start.width + x]
                            * Double(weights.z[z] * weights.y[y] * weights.x[x])
                    }
                }
            }
        }
        return sums
    }

    @Test(
        "they are libtorch's, in both types and memory formats", arguments: Scene.all,
        [ProbabilityRule.classes, .regions])
    func values(scene: Scene, rule: ProbabilityRule) throws {
        let scores = try Self.scores(scene)
        let expected = try Self.expected(scores, rule, scene)
        for dtype in [DType.float32, .bfloat16, .float64] {
            for format in [MemoryFormat.contiguous, .channelsLast] {
                let given = try scores.cast(to: dtype).laidOut(in: format)
                let (found, areFinite) = try Self.added(given, rule, scene)
                // Weights are up to 4.25³.
                #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 3e-5 })
                #expect(areFinite)
            }
        }
    }

    @Test("a part of a batch, and a part of a tile, are no other than copies of them")
    func parts() throws {
        let scene = Scene(outputs: 12, size: Extent(4, 5, 20), lengths: Extent(4, 5, 20))
        let one = try Self.scores(scene)
        for format in [MemoryFormat.contiguous, .channelsLast] {
            let batch = try Tensor.stacked([one * 2, one]).squeezed(at: 1).laidOut(in: format)
            let part = try batch.sliced(1..<2, along: 0)
            let isEqual =
                try Self.added(part, .classes, scene).sums == Self.added(one, .classes, scene).sums
            #expect(isEqual)
        }
    }

    @Test("threads change no bit")
    func threads() throws {
        let scene = Scene(outputs: 19, size: Extent(6, 7, 33), lengths: Extent(6, 7, 33))
        let scores = try Self.scores(scene).laidOut(in: .channelsLast)
        let before = CPU.threads
        defer { try? CPU.setThreads(before) }
        let all = try [1, 2, 5].map { threads in
            try CPU.setThreads(threads)
            return try Self.added(scores, .classes, scene).sums
        }
        let areEqual = all.allSatisfy { $0 == all[0] }
        #expect(areEqual)
    }

    @Test(
        "scores that are no numbers are told, wherever they are",
        arguments: [1, 3, 12], [ProbabilityRule.classes, .regions])
    func notFinite(outputs: Int, rule: ProbabilityRule) throws {
        let scene = Scene(outputs: outputs, size: Extent(2, 2, 70), lengths: Extent(2, 2, 70))
        let values = try Self.scores(scene).array(of: Float.self)
        for place in [0, 69, 150, values.count - 1] {
            var bad = values
            bad[place] = .nan
            for format in [MemoryFormat.contiguous, .channelsLast] {
                let scores = try Tensor(bad, shape: [1, outputs, 2, 2, 70]).laidOut(in: format)
                #expect(try !Self.added(scores, rule, scene).areFinite)
            }
            // What lies beside the box does not count.
            let part = Scene(
                outputs: outputs, size: scene.size, start: Extent(0, 1, 0),
                lengths: Extent(1, 1, 69))
            if place == 0 {
                let scores = try Tensor(bad, shape: [1, outputs, 2, 2, 70])
                #expect(try Self.added(scores, rule, part).areFinite)
            }
        }
        if rule == .classes {
            var bad = values
            bad[5] = .infinity
            let scores = try Tensor(bad, shape: [1, outputs, 2, 2, 70])
            #expect(try !Self.added(scores, rule, scene).areFinite)
        }
    }

    @Test("a box outside of the scores is refused")
    func outside() throws {
        let scene = Scene(outputs: 2, size: 4, start: Extent(0, 0, 1), lengths: 4)
        #expect(throws: TorchError.self) {
            try Self.added(try Self.scores(scene), .classes, scene)
        }
    }
}

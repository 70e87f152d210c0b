import SegNASSearch
import Testing

/// Expected is what nnunetv2 2.8.1 says, its axes turned from z, y, x to x, y, z.
///
///     from nnunetv2.experiment_planning.experiment_planners.network_topology import get_pool_and_conv_props
///     def line(spacing, size):
///         n, s, k, patch, unit = get_pool_and_conv_props(spacing[::-1], size[::-1], 4, 999999)
///         turned = lambda vectors: [[int(v) for v in vector][::-1] for vector in vectors]
///         print(spacing, size, turned([patch]), turned(s[1:]), turned(k))
@Suite("Planned levels")
struct PlannedPyramidTests {
    struct Example: CustomTestStringConvertible, Sendable {
        var spacing: SIMD3<Double>
        var size: SIMD3<Double>
        var padded: SIMD3<Int>
        var strides: [SIMD3<Int>]
        var kernels: [SIMD3<Int>]

        init(
            _ spacing: SIMD3<Double>, _ size: SIMD3<Double>, _ padded: SIMD3<Int>,
            _ strides: [SIMD3<Int>], _ kernels: [SIMD3<Int>]
        ) {
            self.spacing = spacing
            self.size = size
            self.padded = padded
            self.strides = strides
            self.kernels = kernels
        }

        var testDescription: String { "\(size) at \(spacing) mm" }
    }

    static let examples = [
        Example(
            [1, 1, 1], [64, 64, 64], [64, 64, 64],
            [[2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2]],
            [[3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example(
            [1, 1, 1], [35.5, 50, 36], [40, 56, 40], [[2, 2, 2], [2, 2, 2], [2, 2, 2]],
            [[3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example(
            [0.6, 0.6, 3.6], [320, 320, 20], [320, 320, 20],
            [[2, 2, 1], [2, 2, 1], [2, 2, 2], [2, 2, 2], [2, 2, 1], [2, 2, 1]],
            [[3, 3, 1], [3, 3, 1], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example(
            [1, 1, 2], [40, 40, 40], [40, 40, 40], [[2, 2, 1], [2, 2, 2], [2, 2, 2]],
            [[3, 3, 1], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example(
            [1, 1, 1.99], [40, 40, 40], [40, 40, 40], [[2, 2, 2], [2, 2, 2], [2, 2, 2]],
            [[3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example(
            [3.6, 0.5, 1.1], [10, 97, 33], [10, 112, 40],
            [[1, 2, 1], [1, 2, 2], [2, 2, 2], [1, 2, 2]],
            [[1, 3, 1], [1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example([1, 1, 1], [15, 7, 7], [16, 7, 7], [[2, 1, 1]], [[3, 3, 3], [3, 3, 3]]),
        Example([1, 1, 1], [11, 7, 7], [11, 7, 7], [], [[3, 3, 3]]),
        Example([1, 1, 1], [12, 7, 7], [12, 7, 7], [[2, 1, 1]], [[3, 3, 3], [3, 3, 3]]),
        Example(
            [1, 1, 8], [200, 180, 2], [224, 192, 2],
            [[2, 2, 1], [2, 2, 1], [2, 2, 1], [2, 2, 1], [2, 2, 1]],
            [[3, 3, 1], [3, 3, 1], [3, 3, 1], [3, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Example(
            [1, 1, 4], [7, 7, 64], [7, 7, 64], [[1, 1, 2], [1, 1, 2], [1, 1, 2]],
            [[3, 3, 1], [3, 3, 1], [3, 3, 1], [3, 3, 3]]),
        Example([1, 1, 1], [3, 3, 3], [3, 3, 3], [], [[3, 3, 3]]),
    ]

    @Test("equals nnU-Net's", arguments: examples)
    func equal(_ example: Example) {
        let levels = Pyramid(spacing: example.spacing, size: example.size)
        #expect(levels.strides == example.strides)
        #expect(levels.kernels == example.kernels)
        #expect(levels.padded(example.size) == example.padded)
    }

    @Test("the axes keep their names when all of them are exchanged")
    func axes() {
        let levels = Pyramid(spacing: [0.6, 0.6, 3.6], size: [320, 320, 20])
        let turned = Pyramid(spacing: [3.6, 0.6, 0.6], size: [20, 320, 320])
        func turn(_ vectors: [SIMD3<Int>]) -> [SIMD3<Int>] { vectors.map { [$0.z, $0.x, $0.y] } }
        #expect(turned.strides == turn(levels.strides))
        #expect(turned.kernels == turn(levels.kernels))
        #expect(levels.unit == [64, 64, 4] && levels.halvings == [6, 6, 2])
    }

    @Test("each size can be halved throughout, and no axis becomes shorter than 4 voxels")
    func invariants() {
        for size in stride(from: 1.0, through: 600, by: 13) {
            for spacing in [0.3, 1, 1.9, 2, 4.1, 9] {
                let size = SIMD3(size, 97, 40)
                let levels = Pyramid(spacing: [spacing, 1, 0.7], size: size)
                let padded = levels.padded(size)
                #expect(padded % levels.unit == .zero && all(SIMD3<Double>(padded) .>= size))
                #expect(levels.kernels.count == levels.poolings + 1)
                let lowest = levels.size(atLevel: levels.poolings, of: padded)
                #expect(all(lowest .>= pointwiseMin(padded, SIMD3(repeating: 4))))
            }
        }
    }
}

import SegNASSegmentation
import Testing

/// Expected is what nnunetv2 2.8.1 says, its axes turned from z, y, x to x, y, z.
///
///     from nnunetv2.experiment_planning.experiment_planners.network_topology import get_pool_and_conv_props
///     def line(spacing, size):
///         n, s, k, patch, unit = get_pool_and_conv_props(spacing[::-1], size[::-1], 4, 999999)
///         turned = lambda vectors: [[int(v) for v in vector][::-1] for vector in vectors]
///         print(spacing, size, [int(v) for v in patch][::-1], turned(s[1:]), turned(k))
@Suite("Pooling topology")
struct PoolingTopologyTests {
    struct Example: CustomTestStringConvertible, Sendable {
        var spacing: SIMD3<Double>
        var size: SIMD3<Double>
        var padded: SIMD3<Int>
        var strides: [SIMD3<Int>]
        var kernels: [SIMD3<Int>]

        var testDescription: String { "\(size) at \(spacing) mm" }
    }

    static let examples: [Example] = []

    @Test("equals nnU-Net's", arguments: examples)
    func equal(_ example: Example) {
        let topology = PoolingTopology(spacing: example.spacing, size: example.size)
        #expect(topology.strides == example.strides)
        #expect(topology.kernels == example.kernels)
        #expect(topology.padded(example.size) == example.padded)
    }

    @Test("the axes keep their names when all of them are exchanged")
    func axes() {
        let topology = PoolingTopology(spacing: [0.6, 0.6, 3.6], size: [320, 320, 20])
        let turned = PoolingTopology(spacing: [3.6, 0.6, 0.6], size: [20, 320, 320])
        func turn(_ vectors: [SIMD3<Int>]) -> [SIMD3<Int>] { vectors.map { [$0.z, $0.x, $0.y] } }
        #expect(turned.strides == turn(topology.strides))
        #expect(turned.kernels == turn(topology.kernels))
        #expect(topology.unit == [64, 64, 4] && topology.halvings == [6, 6, 2])
    }

    @Test("each size can be halved throughout, and no axis becomes shorter than 4 voxels")
    func invariants() {
        for size in stride(from: 1.0, through: 600, by: 13) {
            for spacing in [0.3, 1, 1.9, 2, 4.1, 9] {
                let size = SIMD3(size, 97, 40)
                let topology = PoolingTopology(spacing: [spacing, 1, 0.7], size: size)
                let padded = topology.padded(size)
                #expect(padded % topology.unit == .zero && all(SIMD3<Double>(padded) .>= size))
                #expect(topology.kernels.count == topology.poolings + 1)
                let lowest = topology.size(atLevel: topology.poolings, of: padded)
                #expect(all(lowest .>= pointwiseMin(padded, SIMD3(repeating: 4))))
            }
        }
    }
}

import FoundationEssentials
import SegNASSearch
import Testing

@Suite("Levels of a network")
struct PyramidTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var spacing: SIMD3<Double>
        var size: SIMD3<Int>
        var strides: [SIMD3<Int>]
        var kernels: [SIMD3<Int>]
    }

    /// Levels that nnunetv2 2.8.1 plans, from the top; only the last is our own.
    ///
    ///     from nnunetv2.experiment_planning.experiment_planners.network_topology import get_pool_and_conv_props
    ///     get_pool_and_conv_props(spacing[::-1], size[::-1], 4, 999999)  # depth, height, width; the bottom is cubes
    static let cases = [
        Case(
            testDescription: "brain of 1 mm", spacing: [1, 1, 1], size: [128, 160, 112],
            strides: Array(repeating: [2, 2, 2], count: 4) + [[2, 2, 1]],
            kernels: Array(repeating: [3, 3, 3], count: 6)),
        Case(
            testDescription: "prostate with thick slices", spacing: [0.625, 0.625, 3.6],
            size: [256, 320, 20],
            strides: [[2, 2, 1], [2, 2, 1], [2, 2, 2], [2, 2, 2], [2, 2, 1], [2, 2, 1]],
            kernels: [
                [3, 3, 1], [3, 3, 1], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3],
            ]),
        Case(
            testDescription: "twice as thick is coarse", spacing: [0.5, 0.5, 1],
            size: [64, 64, 32], strides: [[2, 2, 1], [2, 2, 2]],
            kernels: [[3, 3, 1], [3, 3, 3], [3, 3, 3]]),
        Case(
            testDescription: "thin along x", spacing: [4, 1, 1], size: [16, 64, 64],
            strides: [[1, 2, 2], [1, 2, 2], [2, 2, 2]],
            kernels: [[1, 3, 3], [1, 3, 3], [3, 3, 3], [3, 3, 3]]),
        Case(
            testDescription: "an axis with few voxels", spacing: [1, 1, 1], size: [64, 64, 9],
            strides: [[2, 2, 2], [2, 2, 1]], kernels: Array(repeating: [3, 3, 3], count: 3)),
        Case(
            testDescription: "all axes with few voxels", spacing: [1, 1, 1], size: [6, 6, 6],
            strides: [[2, 2, 2], [2, 2, 2]], kernels: Array(repeating: [3, 3, 3], count: 3)),
    ]

    @Test("follow from spacing and size", arguments: cases)
    func fromData(_ expected: Case) {
        let levels = Pyramid(
            spacing: expected.spacing, size: SIMD3<Double>(expected.size),
            poolings: expected.strides.count)
        #expect(levels.strides == expected.strides)
        #expect(levels.kernels == expected.kernels)
    }

    @Test("come back from JSON, and others are refused")
    func json() throws {
        let levels = Pyramid(strides: [[2, 2, 1]], kernels: [[3, 3, 1], [3, 3, 3]])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(levels), as: UTF8.self)
        #expect(text == #"{"kernels":[[3,3,1],[3,3,3]],"strides":[[2,2,1]]}"#)
        func read(_ text: String) throws -> Pyramid {
            try JSONDecoder().decode(Pyramid.self, from: Data(text.utf8))
        }
        #expect(try read(text) == levels)
        for wrong in [
            #"{"kernels": [[3, 3, 3]], "strides": [[2, 2, 1]]}"#,
            #"{"kernels": [[3, 3, 3], [3, 3, 5]], "strides": [[2, 2, 1]]}"#,
            #"{"kernels": [[3, 3, 3], [3, 3, 3]], "strides": [[2, 3, 1]]}"#,
            #"{"kernels": [[3, 3], [3, 3, 3]], "strides": [[2, 2, 1]]}"#,
        ] {
            #expect(throws: DecodingError.self) { try read(wrong) }
        }
    }

    // MARK: - Plans

    private static let thick = Pyramid(spacing: [1, 1, 4], size: [64, 64, 16], poolings: 3)

    @Test("sizes, parameters and multiply-adds are counted axis by axis")
    func counts() throws {
        let network = try NetworkPlanTests.segnas(n: 8, p: 1, [2])
        let levels = Pyramid(strides: [[2, 2, 1]], kernels: [[3, 3, 1], [3, 3, 3]])
        let plan = try NetworkPlan(network, channels: 1, classes: 3, levels: levels)
        #expect(plan.padded([7, 8, 5]) == [8, 8, 5])
        #expect(plan.size(atLevel: 1, of: [7, 8, 5]) == [4, 4, 5])
        // encoder.0, encoder.1, decoder.0, head
        let parameters = 9 * 8 + 27 * 8 * 16 + 9 * 24 * 8 + 8 * 3
        #expect(plan.parameters == parameters + 2 * (8 + 16 + 8) + 3)
        let products = 9 * 8 * 320 + 27 * 8 * 16 * 80 + 9 * 24 * 8 * 320 + 8 * 3 * 320
        #expect(plan.multiplyAdds(size: [7, 8, 5]) == products)
        #expect(plan.layers.map(\.operation).first == "Conv(3×3×1,1)")
        try plan.check(size: [4, 4, 2], batch: 1)
        #expect(throws: NetworkError.tooFewValues(level: 1, size: [1, 1, 2], batch: 3)) {
            try plan.check(size: [2, 2, 2], batch: 3)
        }
    }

    @Test("every family takes them", arguments: ["segnas", "unet3d", "nnunet", "nnunet-resenc"])
    func families(_ family: String) throws {
        let network: Architecture =
            switch family {
            case "unet3d": .unet3d
            case "nnunet": .nnunet(NNUNet(stages: 4))
            case "nnunet-resenc": .nnunet(NNUNet(.residual, stages: 4))
            default: try NetworkPlanTests.segnas(p: 3, sup: true, res: true, [2, 4, 5])
            }
        let plan = try NetworkPlan(network, channels: 1, classes: 2, levels: Self.thick)
        for layer in plan.layers where layer.kernel.max() > 2 {
            let isFlat = layer.kernel.z == 1
            #expect(isFlat == (layer.level < 2), "\(layer.name)")
        }
        let cubes = try NetworkPlan(network, channels: 1, classes: 2)
        #expect(plan != cubes && plan.parameters < cubes.parameters)
        #expect(plan.layers.map(\.name) == cubes.layers.map(\.name))
        let isotropic = try NetworkPlan(
            network, channels: 1, classes: 2, levels: Pyramid(poolings: 3))
        #expect(isotropic == cubes && isotropic.layers == cubes.layers)
    }

    @Test("a network with another number of poolings is refused")
    func otherNumber() throws {
        let error = #expect(throws: NetworkError.otherLevels(poolings: 4, asked: 3)) {
            try NetworkPlan(.vnet, channels: 1, classes: 2, levels: Self.thick)
        }
        #expect(
            error?.description == "this network has 4 poolings, and levels with 3 are asked for")
    }
}

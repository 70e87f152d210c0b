import SegNASSearch
import Testing

@Suite("Networks before they are built")
struct NetworkPlanTests {
    static func segnas(
        n: Int = 4, p: Int = 2, sup: Bool = false, res: Bool = false, _ ops: [Int] = [2, 0, 2],
        dropout: Double = 0.2
    ) throws -> Architecture {
        .segnas(
            SegNAS(n: n, p: p, sup: sup, res: res, block: try BlockGraph(ops), dropout: dropout))
    }

    /// The sums are written out here by hand, from the paper's description.
    @Test("parameters of the SegNAS4 optimum: 2.52 M, with residuals 2.57 M")
    func segnas4Optimum() throws {
        func count(res: Bool) throws -> Int {
            try NetworkPlan(
                Self.segnas(n: 21, p: 3, sup: true, res: res), channels: 1, classes: 20
            ).parameters
        }
        let widths = [21, 42, 84, 168]
        let inputs = [1] + widths.dropLast()
        let encoder = zip(inputs, widths).map { 27 * $0 * $1 + 27 * $1 * $1 + 4 * $1 }
        let joined = [42 + 21, 84 + 42, 168 + 84]
        let decoder = zip(joined, widths).map { 27 * $0 * $1 + 27 * $1 * $1 + 4 * $1 }
        let heads = widths.reduce(0) { $0 + $1 * 20 } + 20
        let plain = (encoder + decoder).reduce(heads) { $0 + $1 }
        let projections = zip(inputs + joined, widths + widths).map { $0 * $1 + 2 * $1 }
        #expect(try count(res: false) == plain)
        #expect(try count(res: true) == projections.reduce(plain) { $0 + $1 })
        #expect((2_515_000..<2_525_000).contains(try count(res: false)))
        #expect((2_565_000..<2_575_000).contains(try count(res: true)))
    }

    @Test("3D U-Net has the 19.1 M parameters of its paper, V-Net 65.2 M")
    func baselines() throws {
        let unet = try NetworkPlan(.unet3d, channels: 1, classes: 20)
        #expect(abs(Double(unet.parameters) / 19.1e6 - 1) < 0.01)
        // Çiçek et al. count 19,069,955 for 3 channels and 3 classes: without the biases of the 896 enlarged
        // channels, and one number, not two, for each of the 2,336 normalized ones.
        let published = try NetworkPlan(.unet3d, channels: 3, classes: 3).parameters
        #expect(published - 896 - 2336 == 19_069_955)
        let vnet = try NetworkPlan(.vnet, channels: 1, classes: 20)
        #expect(abs(Double(vnet.parameters) / 65.2e6 - 1) < 0.01)
    }

    @Test("sizes are padded to what the poolings need, each axis for itself")
    func padding() throws {
        let plan = try NetworkPlan(Self.segnas(p: 3), channels: 1, classes: 2)
        #expect(plan.padded([17, 8, 1]) == [24, 8, 8])
        #expect(plan.size(atLevel: 2, of: [17, 8, 1]) == [6, 2, 2])
    }

    @Test("multiply-adds count kernels times voxels, level by level")
    func multiplyAdds() throws {
        let plan = try NetworkPlan(Self.segnas(n: 8, p: 1, [2]), channels: 1, classes: 3)
        // encoder.0, encoder.1, decoder.0, head at 8×8×7 padded to 8³
        let expected = 27 * 8 * 512 + 27 * 8 * 16 * 64 + 27 * 24 * 8 * 512 + 8 * 3 * 512
        #expect(plan.multiplyAdds(size: [8, 8, 7]) == expected)
    }

    @Test(
        "the stages of every family go down to the bottom and up again, one a level",
        arguments: [Architecture.unet3d, .vnet, segnas5])
    func stages(_ architecture: Architecture) throws {
        let plan = try NetworkPlan(architecture, channels: 2, classes: 3)
        let stages = plan.family.plan.stages
        let bottom = plan.poolings
        #expect(stages.map(\.level) == Array(0...bottom) + (0..<bottom).reversed())
        #expect(stages.prefix(bottom + 1).allSatisfy { $0.path == .encoder })
        #expect(stages.dropFirst(bottom + 1).allSatisfy { $0.path == .decoder })
        // Each layer is built once, and its name is its own.
        #expect(Set(plan.layers.map(\.name)).count == plan.layers.count)
        #expect(Set(plan.layers).isSuperset(of: stages.flatMap(\.layers)))
    }

    /// Of all kinds of layers: skips, projections, heads at every level.
    private static let segnas5: Architecture = {
        guard let network = try? segnas(p: 5, sup: true, res: true, [2, 6, 0, 4, 6, 1]) else {
            preconditionFailure("the block has six operations")
        }
        return network
    }()

    @Test("an illegal block is refused with its reasons")
    func illegal() throws {
        let error = #expect(throws: NetworkError.self) {
            try NetworkPlan(Self.segnas([2, 0, 0]), channels: 1, classes: 2)
        }
        #expect(error?.description.hasPrefix("this block cannot be built: node ") == true)
    }

    @Test(
        "a level with fewer than 8 values per channel is refused",
        arguments: [
            (8, 1, false), (9, 1, true), (16, 1, true), (8, 7, false), (8, 8, true), (1, 9, true),
        ])
    func tooFewValues(_ size: Int, _ batch: Int, _ isAdmitted: Bool) throws {
        let plan = try NetworkPlan(Self.segnas(p: 3), channels: 1, classes: 2)
        let size = SIMD3(repeating: size)
        if isAdmitted {
            try plan.check(size: size, batch: batch)
        } else {
            #expect(throws: NetworkError.tooFewValues(level: 3, size: [1, 1, 1], batch: batch)) {
                try plan.check(size: size, batch: batch)
            }
        }
    }
}

import SegNASSearch
import SegNASSegmentation
import Testing

@Suite("Planned networks")
struct PlannedNetworkTests {
    private func standard(
        _ size: SIMD3<Double>, _ spacing: SIMD3<Double> = [1, 1, 1]
    ) throws -> SegNAS {
        let patch = PlannedPatch(size, spacing: spacing)
        let network = PlannedNetwork.standard.architecture(for: patch)
        guard case .segnas(let network) = network else {
            throw OtherFamily(family: network.family)
        }
        return network
    }

    private struct OtherFamily: Error {
        let family: Family
    }

    @Test("the standard one is as deep as leaves 4 voxels, three poolings at most")
    func depth() throws {
        #expect(try standard([40, 56, 40]).p == 3)
        #expect(try standard([64, 64, 64]).p == 3)
        #expect(try standard([256, 256, 256]).p == 3)
        #expect(try standard([16, 24, 16]).p == 2)
        #expect(try standard([8, 8, 8]).p == 1)
        #expect(try standard([6, 6, 6]).p == 1)
        // Thick slices are not halved twice, and do not keep the others from it.
        #expect(try standard([256, 256, 16], [0.6, 0.6, 3.6]).p == 3)
    }

    @Test("it has at most half a million parameters")
    func parameters() throws {
        for size in [SIMD3(40.0, 56, 40), [160, 192, 160]] {
            let patch = PlannedPatch(size, spacing: [1, 1, 1])
            let network = PlannedNetwork.standard.architecture(for: patch)
            let plan = try NetworkPlan(
                network, channels: 1, classes: 20, levels: patch.levels(poolings: network.poolings))
            #expect(plan.parameters <= 500_000, "\(plan.parameters)")
        }
    }

    @Test("nnU-Net's has a stage for each level", arguments: NNUNet.Encoder.allCases)
    func stages(_ encoder: NNUNet.Encoder) throws {
        let patch = PlannedPatch([320, 320, 20], spacing: [0.6, 0.6, 3.6])
        let network = PlannedNetwork.nnunet(encoder).architecture(for: patch)
        #expect(network == .nnunet(NNUNet(encoder, stages: 7)))
        #expect(patch.levels(poolings: 6) == patch.levels)
        let tiny = PlannedPatch([3, 3, 3], spacing: [1, 1, 1])
        #expect(PlannedNetwork.nnunet(encoder).architecture(for: tiny).poolings == 1)
    }

    @Test("one that was given stays, with levels of its own number of poolings")
    func given() throws {
        let patch = PlannedPatch([64, 64, 16], spacing: [1, 1, 4])
        #expect(PlannedNetwork.given(.vnet).architecture(for: patch) == .vnet)
        let levels = patch.levels(poolings: 4)
        #expect(
            Array(levels.strides.prefix(2)) == [[2, 2, 1], [2, 2, 1]] && levels.poolings == 4)
    }
}

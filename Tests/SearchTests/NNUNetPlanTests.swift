import SegNASSearch
import Testing

@Suite("nnU-Net's networks before they are built")
struct NNUNetPlanTests {
    /// `Tests/SegmentationTests/Fixtures/nnunet.py` prints these for one channel and three classes: all heads
    /// included, as dynamic-network-architectures always builds them.
    @Test(
        "parameters are those of dynamic-network-architectures",
        arguments: [
            (NNUNet.Encoder.plain, false, 31_196_399), (.plain, true, 30_749_359),
            (.residual, false, 102_350_575), (.residual, true, 101_682_351),
        ])
    func parameters(_ encoder: NNUNet.Encoder, _ isThick: Bool, _ expected: Int) throws {
        let levels =
            isThick ? Pyramid(spacing: [1, 1, 5], size: [256, 256, 64], poolings: 5) : nil
        let plan = try NetworkPlan(
            .nnunet(NNUNet(encoder)), channels: 1, classes: 3, levels: levels)
        #expect(plan.parameters == expected)
    }

    @Test("channels double up to 320, and residual encoders have 1, 3, 4, 6, 6 and 6 blocks")
    func stages() throws {
        let plain = try NetworkPlan(.nnunet(NNUNet()), channels: 2, classes: 3)
        let encoder = plain.family.plan.stages.filter { $0.path == .encoder }
        #expect(encoder.map(\.outputs) == [32, 64, 128, 256, 320, 320])
        #expect(encoder.map(\.layers.count) == [2, 2, 2, 2, 2, 2])
        let residual = try NetworkPlan(.nnunet(NNUNet(.residual)), channels: 2, classes: 3)
        let stages = residual.family.plan.stages
        #expect(stages.filter { $0.path == .encoder }.map(\.layers.count) == [3, 6, 8, 12, 12, 12])
        #expect(stages.filter { $0.path == .decoder }.map(\.layers.count) == [1, 1, 1, 1, 1])
    }

    @Test(
        "JSON comes back; stages and features may be left out",
        arguments: [
            (#"{"family": "nnunet"}"#, NNUNet(), "nnunet"),
            (
                #"{"family": "nnunet", "stages": 5, "features": 16, "schema": 1}"#,
                NNUNet(stages: 5, features: 16), "nnunet stages 5 features 16"
            ),
            (
                #"{"family": "nnunet-resenc", "stages": 4}"#, NNUNet(.residual, stages: 4),
                "nnunet-resenc stages 4"
            ),
        ])
    func json(_ text: String, _ network: NNUNet, _ words: String) throws {
        let architecture = try Architecture(json: text)
        #expect(architecture == .nnunet(network))
        #expect("\(architecture)" == words)
        #expect(try Architecture(json: architecture.json) == architecture)
    }

    @Test("faults are named")
    func faults() {
        let error = #expect(throws: ArchitectureError.self) {
            try Architecture(json: #"{"family": "nnunet", "stages": 1, "features": 0, "n": 8}"#)
        }
        #expect(
            error?.faults.map(\.description) == [
                "n means nothing to nnunet; remove it",
                "stages is 1, and it must be a whole number from 2 to 11",
                "features is 0, and it must be a whole number from 1 to 1024",
            ])
    }

    @Test("each image is normalized by itself: a batch does not help")
    func tooFewVoxels() throws {
        let plan = try NetworkPlan(.nnunet(NNUNet()), channels: 1, classes: 2)
        try plan.check(size: [64, 64, 64], batch: 1)
        let error = #expect(throws: NetworkError.tooFewVoxels(level: 5, size: [1, 1, 1])) {
            try plan.check(size: [32, 32, 32], batch: 16)
        }
        #expect(
            error?.description
                == "after 5 poolings 1x1x1 voxels remain, too few for instance normalization (at least 8): "
                + "use a larger size or fewer stages")
    }
}

import SegNASHost
import SegNASSearch
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("What a training step costs")
struct StepCostTests {
    private func patch(_ size: SIMD3<Double>) -> PlannedPatch {
        PlannedPatch(size, spacing: SIMD3(repeating: 1))
    }

    @Test("memory of a step is what the prediction for its batch says")
    func training() throws {
        let cost = StepCost.training(
            .given(.unet3d), channels: 2, classes: 3, limit: ByteCount(1 << 30))
        let plan = try NetworkPlan(.unet3d, channels: 2, classes: 3)
        var options = TrainingOptions().resolved(on: .cpu)
        options.batchSize = 3
        let step = try MemoryPrediction.training(of: plan, size: [32, 40, 32], options: options)
        let bytes = try cost.of(patch([32, 40, 32]), batch: 3)
        #expect(bytes == Double(step.bytes) + Double(plan.parameters * 4))
        #expect(try cost.of(patch([32, 40, 32]), batch: 4) > bytes)
    }

    @Test("the largest batch within the limit", arguments: [2, 3, 10, 31, 32, 100])
    func largestBatch(_ most: Int) throws {
        let cost = StepCost(limit: ByteCount(1000)) { patch, batch in
            200 + Double(patch.size.x * batch) / 10
        }
        let expected = min(most, 25)  // 200 + 32 · 25 is 1000
        #expect(try cost.batch(of: patch([320, 8, 8]), most: most) == expected)
    }

    @Test("a batch has no more voxels than two of the largest patches")
    func voxels() throws {
        let cost = StepCost(limit: ByteCount(1000), edge: 16) { _, _ in 1 }
        #expect(try cost.batch(of: patch([16, 16, 16]), most: 100) == 2)
        #expect(try cost.batch(of: patch([16, 8, 8]), most: 100) == 8)
        #expect(try cost.batch(of: patch([16, 8, 8]), most: 5) == 5)
        #expect(try cost.batch(of: patch([32, 32, 32]), most: 100) == 2)
    }

    @Test("the smallest batch, whatever there is room for", arguments: [0, 2, 100])
    func smallestBatch(_ most: Int) throws {
        let cost = StepCost(limit: ByteCount(1000), batchRule: .smallest) { _, _ in 1 }
        #expect(try cost.batch(of: patch([8, 8, 8]), most: most) == 2)
    }

    @Test("nnU-Net's batch is the nearest, also beyond the limit")
    func nearestBatch() throws {
        let cost = StepCost(limit: ByteCount(1000), batchRule: .nearest) { _, batch in
            Double(batch) * 275
        }
        #expect(try cost.batch(of: patch([8, 8, 8]), most: 100) == 4)  // 3.64
        #expect(try cost.batch(of: patch([8, 8, 8]), most: 3) == 3)
        #expect(try cost.batch(of: patch([8, 8, 8]), most: 0) == 2)
    }

    @Test("a step is asked for once")
    func memory() throws {
        final class Counter { var calls = 0 }
        let counter = Counter()
        let cost = StepCost(limit: ByteCount(1)) { _, _ in
            counter.calls += 1
            return 0
        }
        for _ in 0..<3 { _ = try cost.of(patch([8, 8, 8]), batch: 2) }
        _ = try cost.of(patch([8, 8, 8]), batch: 3)
        #expect(counter.calls == 2)
    }
}

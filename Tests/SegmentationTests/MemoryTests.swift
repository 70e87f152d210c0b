import Host
import Search
import Testing
import Torch

@testable import Segmentation

@TensorActor
@Suite("Memory before training")
struct MemoryTests {
    /// At small sizes, where a test is quick; `segnas3d bench memory` repeats it at sizes that users train.
    @Test(
        "the peak of a training step is predicted within 5 %",
        arguments: MemoryTrial.sample(12, sizes: [32]), [1, 2, 8])
    func predicts(_ trial: MemoryTrial, threads: Int) throws {
        let usual = CPU.threads
        try CPU.setThreads(threads)  // buffers of convolutions are counted by thread
        defer { try? CPU.setThreads(usual) }
        let predicted = try trial.prediction()
        #expect((predicted == nil) == (trial.network.p == 5 && trial.batch < 8))
        guard let predicted else { return }  // 32 voxels halved five times are one
        let ratio = Double(predicted.training.bytes) / Double(try trial.measuredPeak().bytes)
        #expect(abs(ratio - 1) < 0.05, "predicted/measured \(ratio)")
        #expect(predicted.inference < predicted.training)
    }

    @Test(
        "the peaks of the baselines are predicted within 15 %", arguments: [true, false],
        [DType.float32, .bfloat16])
    func predictsBaselines(_ isUNet: Bool, _ dtype: DType) throws {
        let plan = try NetworkPlan(isUNet ? .unet3d : .vnet, channels: 1, classes: 20)
        let predicted = try MemoryPrediction(plan, size: 32, batch: 1, dtype: dtype)
        let training = try peak {
            try TrainingStep(plan, size: 32, batch: 1, dtype: dtype, device: .cpu).run()
        }
        let inference = try peak {
            try InferenceStep(plan, size: 32, dtype: dtype, device: .cpu).run()
        }
        #expect(abs(Double(predicted.training.bytes) / training - 1) < 0.15)
        #expect(abs(Double(predicted.inference.bytes) / inference - 1) < 0.15)
    }

    private func peak(_ body: () throws -> Void) throws -> Double {
        try TensorMemory.resetPeak()
        let before = try TensorMemory.statistics().current.bytes
        try body()
        return Double(try TensorMemory.statistics().peak.bytes - before)
    }

    @Test("a network far beyond this machine is predicted without allocating it")
    func allocatesNothing() throws {
        try TensorMemory.resetPeak()
        let block = try BlockGraph([5, 5, 5, 5, 5, 5])
        let network = SegNAS(n: 32, p: 5, sup: true, res: true, block: block)
        let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 20)
        let predicted = try MemoryPrediction(plan, size: 128, batch: 3, dtype: .float32)
        #expect(predicted.training > ByteCount(32 << 30))
        #expect(try TensorMemory.statistics().peak < ByteCount(1 << 30))
    }
}

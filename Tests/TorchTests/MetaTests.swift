import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("The meta device")
struct MetaTests {
    /// Loss over a network of all layers, with a step: what a training does, on a device.
    private func train(on device: Device, dtype: DType, batch: Int) throws -> UInt64 {
        var generator = SeededGenerator(seed: 0)
        let x = try Tensor.zeros(
            [batch, 2, 24, 20, 16], dtype: dtype, device: device, format: .channelsLast)
        let labels = try Tensor.zeros([batch, 1, 24, 20, 16], dtype: .int64, device: device)
        try TensorMemory.resetPeak(on: device)
        let before = try TensorMemory.statistics(on: device).current.bytes
        let stem = try Conv3D(2, 16, bias: false, device: device, using: &generator)
        let norm = try BatchNorm3D(16, device: device)
        let deep = try Conv3D(16, 32, kernel: 5, device: device, using: &generator)
        let wide = try Conv3D(
            48, 8, window: .sameSize(kernel: 3, dilation: 2), device: device, using: &generator)
        let head = try Conv3D(8, 5, kernel: 1, device: device, using: &generator)
        var weights = Weights()
        for (index, part) in ([stem, norm, deep, wide, head] as [any Layer]).enumerated() {
            weights.add(part.weights, under: "\(index)")
        }
        let optimizer = try Optimizer(weights.parameters, .nadam(), learningRate: 1e-3)
        for _ in 0..<2 {
            let keep = try Tensor.dropoutFactors(
                images: batch, channels: 16, probability: 0.2, device: device)
            var term = try Summand(stem(x), norm: .batch(norm), hasReLU: true)
            term.isDropped = true
            let fine = try Tensor.sum([term], keep: keep, training: true)
            let coarse = try deep(fine.maxPool3D(size: 2)).relu()
            let joined = try wide(.concatenated([coarse.upsampled(by: 2), fine], along: 1))
            let logarithms = try head(joined).cast(to: .float32).logSoftmax(along: 1)
            try (-logarithms.gathered(labels, along: 1)).mean().backward()
            try optimizer.step()
            try optimizer.clearGradients()
        }
        return try TensorMemory.statistics(on: device).peak.bytes - before
    }

    struct Step: Sendable, CustomTestStringConvertible {
        var dtype: DType
        var batch: Int
        var threads: Int
        var testDescription: String { "\(dtype) × \(batch) on \(threads) thread(s)" }

        static let all = [DType.float32, .bfloat16].flatMap { dtype in
            [1, 2].flatMap { batch in
                [1, 2, 8].map { Step(dtype: dtype, batch: batch, threads: $0) }
            }
        }
    }

    @Test("the memory of a step on the CPU is known before", arguments: Step.all)
    func predictsMemory(_ step: Step) throws {
        let (dtype, batch) = (step.dtype, step.batch)
        let threads = CPU.threads
        try CPU.setThreads(step.threads)  // buffers of convolutions are counted by thread
        defer { try? CPU.setThreads(threads) }
        let predicted = Double(try train(on: .meta, dtype: dtype, batch: batch))
        let measured = Double(try train(on: .cpu, dtype: dtype, batch: batch))
        #expect(abs(predicted / measured - 1) < 0.02)
    }

    @Test("nothing is left on the meta device", arguments: [DType.float32])
    func leavesNothing(_ dtype: DType) throws {
        let before = try TensorMemory.statistics(on: .meta)
        _ = try train(on: .meta, dtype: dtype, batch: 1)
        let after = try TensorMemory.statistics(on: .meta)
        #expect((after.current, after.blocks) == (before.current, before.blocks))
    }
}

import SegNASHost
import SegNASSearch
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Memory before training")
struct MemoryTests {
    /// At small sizes, where a test is quick; `segnas3d bench memory` repeats it at sizes that users train.
    @Test(
        "the peak of a training step is predicted within 5 %",
        arguments: MemoryBenchmarkCase.sample(12, sizes: [32]), [1, 2, 8])
    func predicts(_ example: MemoryBenchmarkCase, threads: Int) throws {
        let usual = CPU.threads
        try CPU.setThreads(threads)  // buffers of convolutions are counted by thread
        defer { try? CPU.setThreads(usual) }
        let predicted = try example.prediction()
        #expect((predicted == nil) == (example.network.p == 5 && example.batch < 8))
        guard let predicted else { return }  // 32 voxels halved five times are one
        let ratio = Double(predicted.training.bytes) / Double(try example.measuredPeak().bytes)
        #expect(abs(ratio - 1) < 0.05, "predicted/measured \(ratio)")
        #expect(predicted.inference < predicted.training)
    }

    @Test(
        "the peaks of the baselines are predicted within 15 %", arguments: [true, false],
        [Precision.float32, .bfloat16])
    func predictsBaselines(_ isUNet: Bool, _ precision: Precision) throws {
        let plan = try NetworkPlan(isUNet ? .unet3d : .vnet, channels: 1, classes: 20)
        var options = TrainingOptions()
        options.batchSize = 1
        options.precision = precision
        let predicted = try MemoryPrediction(plan, size: Self.cube, options: options)
        let training = try TensorMemory.peak {
            try SyntheticTraining(plan, size: Self.cube, options: options, devices: [.cpu]).step()
        }
        let inference = try TensorMemory.peak {
            try SyntheticPrediction(
                plan, size: Self.cube, precision: precision, device: .cpu
            ).run()
        }
        #expect(abs(ratio(predicted.training, training) - 1) < 0.15)
        #expect(abs(ratio(predicted.inference, inference) - 1) < 0.15)
    }

    private static let cube = SIMD3(repeating: 32)

    private func ratio(_ a: ByteCount, _ b: ByteCount) -> Double {
        Double(a.bytes) / Double(b.bytes)
    }

    struct Choice: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let options: TrainingOptions

        init(_ name: String, _ change: (inout TrainingOptions) -> Void) {
            testDescription = name
            var options = TrainingOptions()
            options.precision = .float32
            change(&options)
            self.options = options
        }

        /// Each optimizer with each loss, and each of the other options that take memory.
        static let all =
            OptimizerChoice.allCases.flatMap { optimizer in
                LossFunction.allCases.map { loss in
                    Choice("\(optimizer.rawValue), \(loss.rawValue)") {
                        ($0.optimizer, $0.loss) = (optimizer, loss)
                    }
                }
            } + [
                Choice("weight decay") { ($0.optimizer, $0.weightDecay) = (.sgd, 0.01) },
                Choice("clipping") { $0.gradientClipping = 0.01 },
                Choice("averaging") { $0.weightAveraging = 0.999 },
                Choice("accumulation") { $0.accumulation = 3 },
                Choice("bfloat16") { $0.precision = .bfloat16 },
                Choice("all") {
                    ($0.optimizer, $0.loss) = (.adamw, .diceCrossEntropy)
                    ($0.weightDecay, $0.gradientClipping) = (0.01, 0.01)
                    ($0.weightAveraging, $0.accumulation) = (0.999, 3)
                },
            ]
    }

    /// Three steps: the first has no gradients of the one before.
    @Test(
        "the peak of training is predicted within 10 % with every option that was chosen",
        arguments: Choice.all)
    func predictsOptions(_ choice: Choice) throws {
        let network = SegNAS(
            n: 8, p: 2, sup: true, res: true, block: try BlockGraph([2, 0, 2]))
        let plan = try NetworkPlan(.segnas(network), channels: 2, classes: 5)
        let predicted = try MemoryPrediction.training(
            of: plan, size: [32, 24, 20], options: choice.options)
        let measured = try TensorMemory.peak {
            let training = try SyntheticTraining(
                plan, size: [32, 24, 20], options: choice.options, devices: [.cpu])
            for _ in 0..<3 { try training.step() }
        }
        #expect(abs(ratio(predicted, measured) - 1) < 0.1)
    }

    @Test("what takes more memory is predicted to take more")
    func tellsOptionsApart() throws {
        // Much of what this network needs are its weights.
        let network = SegNAS(n: 16, p: 4, sup: false, res: false, block: try BlockGraph([2]))
        let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 3)
        func predicted(_ change: (inout TrainingOptions) -> Void) throws -> Double {
            let options = Choice("", change).options
            return Double(
                try MemoryPrediction.training(
                    of: plan, size: [32, 32, 32], options: options
                ).bytes)
        }
        let weights = Double(4 * plan.parameters)
        let nadam = try predicted { _ in }
        // One moment less; the weights' average more.
        #expect(abs((try nadam - predicted { $0.optimizer = .sgd }) / weights - 1) < 0.1)
        #expect(abs((try predicted { $0.weightAveraging = 0.9 } - nadam) / weights - 1) < 0.1)
        #expect(try predicted { $0.accumulation = 3 } < nadam)
    }

    @Test("a network far beyond this machine is predicted without allocating it")
    func allocatesNothing() throws {
        try TensorMemory.resetPeak()
        let block = try BlockGraph([5, 5, 5, 5, 5, 5])
        let network = SegNAS(n: 32, p: 5, sup: true, res: true, block: block)
        let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 20)
        let predicted = try MemoryPrediction(
            plan, size: SIMD3(repeating: 128), options: Choice("") { _ in }.options)
        #expect(predicted.training > ByteCount(32 << 30))
        #expect(try TensorMemory.statistics().peak < ByteCount(1 << 30))
    }
}

import SegNASRandomness
import Testing

@testable import SegNASTorch

@TensorActor
@Suite("Layers")
struct LayerTests {
    @Test("tensors are listed in order under dotted names")
    func names() throws {
        var generator = SeededGenerator(seed: 0)
        var weights = Weights()
        weights.add(try Conv3D(1, 2, using: &generator).weights, under: "stem.conv")
        weights.add(try BatchNorm3D(2).weights, under: "stem.norm")
        weights.add(try ConvTranspose3D(2, 3, bias: false, using: &generator).weights, under: "up")
        weights.add(try InstanceNorm3D(3).weights, under: "norm")
        #expect(
            Array(weights.parameters.names) == [
                "stem.conv.weight", "stem.conv.bias", "stem.norm.weight", "stem.norm.bias",
                "up.weight", "norm.weight", "norm.bias",
            ])
        #expect(
            Array(weights.buffers.names) == ["stem.norm.running_mean", "stem.norm.running_var"])
        #expect(weights.parameters.elementCount == 54 + 2 + 4 + 48 + 6)
        #expect(weights.all.names.count == 9)
        #expect(weights.parameters.tensors.allSatisfy { $0.requiresGradient })
        #expect(!weights.buffers.tensors.contains { $0.requiresGradient })
    }

    @Test("one seed gives one layer, another seed another", arguments: Initializer.allCases)
    func seeds(_ initializer: Initializer) throws {
        func values(_ seed: UInt64) throws -> [Float] {
            var generator = SeededGenerator(seed: seed)
            return try Conv3D(2, 3, initializer: initializer, using: &generator).weight.array()
        }
        #expect(try values(1) == values(1))
        #expect(try values(1) != values(2))
    }

    // He: 2/(32·27). Glorot: 2/(32·27 + 64·27). Of 64·32·27 draws the variance's standard error is 0.6 %, the
    // mean's 0.4 % of the deviation.
    @Test(
        "initial variances are those of the papers",
        arguments: zip(Initializer.allCases, [2.0 / 864, 2.0 / 2592]))
    func variances(_ initializer: Initializer, _ expected: Double) throws {
        var generator = SeededGenerator(seed: 3)
        let conv = try Conv3D(32, 64, initializer: initializer, using: &generator)
        #expect(abs(try conv.weight.variance().item() / expected - 1) < 0.03)
        #expect(abs(try conv.weight.mean().item()) < 0.02 * expected.squareRoot())
        #expect(try conv.bias?.values == Array(repeating: 0, count: 64))
    }

    @Test("shapes", arguments: [DType.float32, .bfloat16], MemoryFormat.allCases)
    func shapes(_ dtype: DType, _ format: MemoryFormat) throws {
        var generator = SeededGenerator(seed: 0)
        let x = try Tensor.ones([2, 3, 5, 6, 7], dtype: dtype, format: format)
        let layers: [(Tensor, [Int])] = try [
            (Conv3D(3, 4, kernel: 5, using: &generator)(x), [2, 4, 5, 6, 7]),
            (Conv3D(3, 4, kernel: Extent(1, 3, 1), using: &generator)(x), [2, 4, 5, 6, 7]),
            (ConvTranspose3D(3, 2, using: &generator)(x), [2, 2, 10, 12, 14]),
            (BatchNorm3D(3)(x, training: true), [2, 3, 5, 6, 7]),
            (BatchNorm3D(3)(x, training: false), [2, 3, 5, 6, 7]),
            (InstanceNorm3D(3)(x), [2, 3, 5, 6, 7]),
        ]
        for (y, shape) in layers {
            #expect(y.shape == shape)
            #expect(y.dtype == dtype)
            #expect(y.isLaidOut(in: format))
        }
    }

    @Test("running statistics move by the momentum towards the batch's, variance unbiased")
    func runningStatistics() throws {
        let norm = try BatchNorm3D(2, momentum: 0.25)
        let x = try sines([2, 2, 3, 1, 2], phase: 0).cast(to: .float32)
        _ = try norm(x, training: true)
        let mean = try x.mean(over: [0, 2, 3, 4]) * 0.25
        let variance = try x.variance(over: [0, 2, 3, 4]) * 0.25 + 0.75
        #expect(relativeError(try norm.running.mean.values, try mean.values) < 1e-6)
        #expect(relativeError(try norm.running.variance.values, try variance.values) < 1e-6)
        _ = try norm(x, training: false)
        #expect(relativeError(try norm.running.mean.values, try mean.values) < 1e-6)
    }

    @Test("dropout takes channels at its rate, keeps the mean, and repeats with the seed")
    func dropout() throws {
        func factors(_ probability: Double) throws -> [Double] {
            try Tensor.dropoutFactors(
                images: 50, channels: 40, probability: probability, device: .cpu
            ).values
        }
        try Device.seed(5)
        let state = try Device.cpu.generatorState()
        let drawn = try factors(0.2)
        #expect(drawn.allSatisfy { $0 == 0 || abs($0 - 1.25) < 1e-6 })
        let dropped = Double(drawn.count { $0 == 0 }) / 2000
        #expect(abs(dropped - 0.2) < 0.03)  // standard error 0.009
        try Device.cpu.restoreGenerator(state)
        #expect(try factors(0.2) == drawn)
        #expect(try factors(0.2) != drawn)
        #expect(try factors(0).allSatisfy { $0 == 1 })
    }

    @Test("the gradient of a cast passes through")
    func castGradient() throws {
        let x = try sines([3, 4, 2, 1, 3], phase: 0.4)
        let half = try x.detached().copy()
        try half.setRequiresGradient(true)
        let weights = try sines([3, 4, 2, 1, 3], phase: 1)
        try (half.cast(to: .float32) * weights).sum().backward()
        #expect(relativeError(try #require(try half.gradient).values, try weights.values) < 1e-6)
    }

    @Test("gradients are not recorded in a scope without them")
    func withoutRecording() throws {
        let x = try Tensor.ones([2])
        try x.setRequiresGradient(true)
        let y = try withoutGradients { () throws(TorchError) in try x * 2 }
        #expect(!y.requiresGradient)
        #expect(try (x * 2).requiresGradient)
        #expect(try x.gradient == nil)
        try (x * 3).sum().backward()
        try (x * 4).sum().backward()
        #expect(try x.gradient?.values == [7, 7])
        try x.clearGradient()
        #expect(try x.gradient == nil)
    }

    @Test("the example of the module's documentation learns")
    func example() throws {
        var generator = SeededGenerator(seed: 0)
        let layer = try Conv3D(2, 1, kernel: 1, using: &generator)
        let optimizer = try Optimizer(layer.weights.parameters, .adam(), learningRate: 0.1)
        let x = try Tensor((0..<54).map { Float($0 * 7 % 11) / 11 }, shape: [1, 2, 3, 3, 3])
        let target = try x.sliced(0..<1, along: 1)
        var losses: [Double] = []
        for _ in 0..<100 {
            try optimizer.clearGradients()
            let loss = try (layer(x) - target).power(2).mean()
            try loss.backward()
            try optimizer.step()
            losses.append(try loss.item())
        }
        #expect(losses[99] < 0.01 * losses[0])
    }
}

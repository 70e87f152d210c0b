import SegNASHost
import SegNASRandomness
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

/// Narrow networks with the weights of `Fixtures/nnunet.py`, and what dynamic-network-architectures makes of them.
@TensorActor
@Suite("nnU-Net's networks")
struct NNUNetTests {
    struct Case: Decodable {
        struct Parameter: Decodable {
            var name: String
            /// Of the gradient: its norm, and its product with a sine.
            var norm: Double
            var product: Double
        }

        var size: [Int]
        var channels: Int
        var classes: Int
        var architecture: Architecture
        var levels: Pyramid
        /// Of all heads, the full size first.
        var outputs: [[Double]]
        var parameters: [Parameter]
    }

    nonisolated static let names = [
        "plain", "plain with thick slices", "residual", "residual with thick slices",
    ]

    static let cases = Result { try fixture("nnunet.json", as: [String: Case].self, in: .module) }

    @Test(
        "forward and backward equal dynamic-network-architectures", arguments: names,
        [MemoryFormat.channelsLast, .contiguous])
    func equal(_ name: String, _ format: MemoryFormat) throws {
        let expected = try #require(try Self.cases.get()[name])
        let network = try network(expected)
        let images = try sines([2, expected.channels] + expected.size, phase: 0.4)
            .cast(to: .float32).laidOut(in: format)
        let labels = try Tensor.zeros([2] + expected.size, dtype: .uint8)
        let levels = try network.supervised(
            ShardedTensor(images), labels: ShardedTensor(labels))
        #expect(levels.count == expected.outputs.count)
        for (level, output) in zip(levels, expected.outputs) {
            #expect(relativeError(try level.scores.first.values, output) < 1e-4)
        }
        let alone = try network(images, training: false)
        #expect(relativeError(try alone.values, expected.outputs[0]) < 1e-4)
        let sums = try levels.enumerated().map { index, level in
            let seed = try sines(level.scores.first.shape, phase: 100 + Double(index))
            return try (level.scores.first * seed.cast(to: .float32)).sum()
        }
        try (sums[0] + sums[1]).backward()
        try compareGradients(network, expected.parameters)
    }

    private func compareGradients(_ network: Network, _ expected: [Case.Parameter]) throws {
        // Biases before a normalization change nothing: their gradients are compared on the scale of the others.
        let largest = expected.map(\.norm).max() ?? 0
        for parameter in expected {
            let tensor = try #require(network.weights.parameters[parameter.name])
            let gradient = try #require(try tensor.gradient).cast(to: .float64)
            let norm = try gradient.power(2).sum().item().squareRoot()
            let product = try (gradient * sines(gradient.shape, phase: 7)).sum().item()
            let scale = max(parameter.norm, 1e-2 * largest)
            #expect(abs(norm - parameter.norm) < 1e-3 * scale, "\(parameter.name)")
            #expect(abs(product - parameter.product) < 1e-3 * scale, "\(parameter.name)")
        }
    }

    private func network(_ expected: Case) throws -> Network {
        var generator = SeededGenerator(seed: 0)
        let plan = try NetworkPlan(
            expected.architecture, channels: expected.channels, classes: expected.classes,
            levels: expected.levels)
        let network = try Network(plan, using: &generator)
        let parameters = network.weights.parameters
        #expect(Set(parameters.names) == Set(expected.parameters.map(\.name)))
        for (index, parameter) in expected.parameters.enumerated() {
            let tensor = try #require(parameters[parameter.name])
            try tensor.assign(value(parameter.name, tensor.shape, phase: Double(index)))
        }
        return network
    }

    private func value(_ name: String, _ shape: [Int], phase: Double) throws -> Tensor {
        let sine = try sines(shape, phase: phase)
        if name.hasSuffix("norm.weight") { return try sine * 0.1 + 1 }
        if shape.count == 1 { return try sine * 0.1 }
        return try sine * (2 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
    }

    @Test(
        "bfloat16 in, bfloat16 out, near float32", arguments: [NNUNet.Encoder.plain, .residual])
    func precision(_ encoder: NNUNet.Encoder) throws {
        var generator = SeededGenerator(seed: 0)
        let plan = try NetworkPlan(
            .nnunet(NNUNet(encoder, stages: 3, features: 8)), channels: 1, classes: 3,
            levels: Pyramid(spacing: [1, 1, 3], size: [16, 16, 8], poolings: 2))
        let network = try Network(plan, using: &generator)
        let images = try sines([1, 1, 8, 16, 16], phase: 0).cast(to: .float32)
            .laidOut(in: .channelsLast)
        let labels = try Tensor.zeros([1, 8, 16, 16], dtype: .uint8)
        let exact = try network.supervised(
            ShardedTensor(images), labels: ShardedTensor(labels))
        let rounded = try network.supervised(
            ShardedTensor(images.cast(to: .bfloat16)), labels: ShardedTensor(labels))
        for (exact, rounded) in zip(exact, rounded) {
            let (exact, rounded) = (exact.scores.first, rounded.scores.first)
            #expect(rounded.dtype == .bfloat16)
            #expect(relativeError(try rounded.values, try exact.values) < 0.05)
        }
        try Loss(.diceCrossEntropy, labelFrequencies: [1, 1, 1])(rounded).backward()
        for (name, parameter) in network.weights.parameters {
            let gradient = try #require(try parameter.gradient, "\(name)")
            #expect(try gradient.isFinite().all().array() == [true], "\(name)")
        }
    }

    // MARK: - Before training

    // nn.init.kaiming_normal_(weight, a=1e-2) takes the fan-in of a transposed kernel [I, O, …] from O:
    // 2/(64·27) for encoder.1.conv2, 2/(32·8) for decoder.0.up. Of 64·64·27 and 64·32·8 draws the variance's
    // standard errors are 0.4 and 1.1 %.
    @Test("first weights have nnU-Net's variances, and a residual block begins as its shortcut")
    func initialWeights() throws {
        var generator = SeededGenerator(seed: 3)
        let plain = try Network(
            NetworkPlan(.nnunet(NNUNet(stages: 2)), channels: 1, classes: 2), using: &generator)
        for (name, expected) in [
            ("encoder.1.conv2.conv.weight", 2.0 / 1728), ("decoder.0.up.conv.weight", 2.0 / 256),
        ] {
            let weight = try #require(plain.weights.parameters[name])
            #expect(abs(try weight.detached().variance().item() / expected - 1) < 0.05)
        }
        let residual = try Network(
            NetworkPlan(.nnunet(NNUNet(.residual, stages: 2)), channels: 1, classes: 2),
            using: &generator)
        for (name, parameter) in residual.weights.parameters where name.hasSuffix("norm.weight") {
            let expected = name.hasSuffix("conv2.norm.weight") && name.contains("block") ? 0.0 : 1
            #expect(try parameter.values.allSatisfy { $0 == expected }, "\(name)")
        }
    }

    // MARK: - Deep supervision

    @Test("weights halve from level to level, and the lowest level has none")
    func weights() {
        #expect(SupervisedScores.weights(levels: 1) == [1])
        #expect(SupervisedScores.weights(levels: 2) == [1, 0])
        // w = np.array([1, 1/2, 1/4, 1/8, 0]); w / w.sum()
        let five = [8.0 / 15, 4.0 / 15, 2.0 / 15, 1.0 / 15, 0]
        #expect(relativeError(SupervisedScores.weights(levels: 5), five) < 1e-12)
    }

    // torch.nn.functional.interpolate(labels, size, mode="nearest-exact"), as nnU-Net reduces labels, takes the
    // voxels 1, 3, 5 … for a factor 2 and 2, 6, 10 … for a factor 4.
    @Test("labels of lower levels are those of nearest voxels; padded ones are ignored")
    func labels() throws {
        let plan = try NetworkPlan(
            .nnunet(NNUNet(stages: 3, features: 2)), channels: 1, classes: 3,
            levels: Pyramid(
                strides: [[2, 1, 2], [2, 2, 1]], kernels: Array(repeating: [3, 3, 3], count: 3)))
        var generator = SeededGenerator(seed: 0)
        let network = try Network(plan, using: &generator)
        let labels = try Tensor((0..<64).map { UInt8($0 % 3) }, shape: [1, 4, 2, 8])
        let images = try Tensor.ones([1, 1, 4, 2, 8], format: .channelsLast)
        let levels = try network.supervised(
            ShardedTensor(images), labels: ShardedTensor(labels))
        #expect(levels.map(\.scores.first.shape) == [[1, 3, 4, 2, 8], [1, 3, 2, 2, 4]])
        let odd = [1, 3, 5, 7]
        let expected = [1, 3].flatMap { z in
            [0, 1].flatMap { y in odd.map { x in Double((z * 16 + y * 8 + x) % 3) } }
        }
        #expect(try levels[1].labels.first.values == expected)
        // 7 voxels along x are padded by one at the end.
        let narrow = try network.supervised(
            ShardedTensor(images.sliced(0..<7, along: 4)),
            labels: ShardedTensor(labels.sliced(0..<7, along: 3)))
        #expect(narrow[0].scores.first.shape == [1, 3, 4, 2, 7])
        #expect(try narrow[1].labels.first.values.filter { $0 == 255 }.count == 4)
    }

    @Test(
        "a training step is predicted within 15 % of its memory, and lowers the loss",
        arguments: [NNUNet.Encoder.plain, .residual])
    func trains(_ encoder: NNUNet.Encoder) throws {
        let plan = try NetworkPlan(
            .nnunet(NNUNet(encoder, stages: 3, features: 16)), channels: 1, classes: 3,
            levels: Pyramid(spacing: [1, 1, 3], size: [32, 32, 16], poolings: 2))
        var options = TrainingOptions()
        options.batchSize = 2
        options.precision = .float32
        options.loss = .diceCrossEntropy
        let predicted = try MemoryPrediction.training(
            of: plan, size: [32, 32, 16], options: options)
        let measured = try TensorMemory.peak {
            try SyntheticTraining(plan, size: [32, 32, 16], options: options, devices: [.cpu])
                .step()
        }
        let ratio = Double(predicted.bytes) / Double(measured.bytes)
        #expect(abs(ratio - 1) < 0.15, "predicted/measured \(ratio)")
        let losses = try losses(plan, steps: 6)
        #expect(losses[5] < losses[0])
    }

    private func losses(_ plan: NetworkPlan, steps: Int) throws -> [Double] {
        var generator = SeededGenerator(seed: 0)
        let network = try Network(plan, using: &generator)
        let optimizer = try Optimizer(
            network.weights.parameters, .nadam(), learningRate: 1e-3)
        let loss = Loss(.diceCrossEntropy, labelFrequencies: [1, 1, 1])
        let values = try sines([2, 1, 16, 32, 32], phase: 0.4)
        let images = try values.cast(to: .float32).laidOut(in: .channelsLast)
        let labels = try Tensor(
            values.values.map { UInt8($0 > 0.3 ? 1 : 0) + UInt8($0 > 0.8 ? 1 : 0) },
            shape: [2, 16, 32, 32])
        return try (0..<steps).map { _ in
            let value = try loss(
                network.supervised(ShardedTensor(images), labels: ShardedTensor(labels)))
            try value.backward()
            try optimizer.step()
            try optimizer.clearGradients()
            return try value.item()
        }
    }
}

import Foundation
import SegNASRandomness
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

/// Networks with the weights of `Fixtures/networks.py` and what PyTorch makes of them.
@TensorActor
@Suite("Networks beside PyTorch")
struct PyTorchTests {
    struct Case: Decodable {
        struct Run: Decodable {
            var output: [Double]
            /// Norm, and product with a sine, by parameter.
            var gradients: [String: [Double]]
        }

        var size: [Int]
        var channels: Int
        var classes: Int
        var architecture: Architecture
        var levels: Pyramid?
        var training: Run
        var evaluation: Run
    }

    nonisolated static let names = [
        "plain", "residual and supervised", "four nodes", "thick slices", "rows",
    ]

    static let cases = Result { try fixture("networks.json", as: [String: Case].self, in: .module) }

    @Test("forward and backward are equal", arguments: names, [true, false])
    func equal(_ name: String, _ training: Bool) throws {
        let expected = try #require(try Self.cases.get()[name])
        let run = training ? expected.training : expected.evaluation
        let network = try network(expected)
        let images = try sines([2, expected.channels] + expected.size, phase: 0.4)
            .cast(to: .float32).laidOut(in: .channelsLast)
        let scores = try network(images, training: training)
        #expect(scores.shape == [2, expected.classes] + expected.size)
        // The script concatenates what deep supervision adds up here.
        #expect(relativeError(try scores.values, run.output) < 1e-5)
        try (scores * sines(scores.shape, phase: 100).cast(to: .float32)).sum().backward()
        // Gradients that cancel out to next to nothing are compared on the scale of the others.
        let largest = run.gradients.values.map { $0[0] }.max() ?? 0
        for (name, numbers) in run.gradients {
            let gradient = try gradient(name, of: network)
            let norm = try gradient.power(2).sum().item().squareRoot()
            let product = try (gradient * sines(gradient.shape, phase: 7)).sum().item()
            let scale = max(numbers[0], 1e-3 * largest)
            #expect(abs(norm - numbers[0]) < 1e-4 * scale, "\(name)")
            #expect(abs(product - numbers[1]) < 1e-4 * scale, "\(name)")
        }
    }

    struct Steps: Decodable {
        var float64: [Double]
        var float32: [Double]
    }

    /// Batch normalization, ReLU and Nadam spread rounding errors, in PyTorch as here.
    @Test("the losses of 20 training steps stray from float64 at most twice as far as PyTorch's")
    func steps() throws {
        let expected: Steps = try fixture("steps.json", in: .module)
        let block = try BlockGraph([2, 0, 2])
        let segnas = SegNAS(n: 4, p: 2, sup: false, res: true, block: block, dropout: 0)
        let network = try network(.segnas(segnas), channels: 1, classes: 3)
        let parameters = network.weights.parameters
        let optimizer = try Optimizer(parameters, .nadam(), learningRate: 1e-3)
        let loss = Loss(.exponentialLogarithmic, labelFrequencies: [1, 1, 1])
        let values = try sines([2, 1, 16, 16, 16], phase: 0.4)
        let images = try values.cast(to: .float32).laidOut(in: .channelsLast)
        let labels = try Tensor(
            values.values.map { UInt8($0 > 0.3 ? 1 : 0) + UInt8($0 > 0.8 ? 1 : 0) },
            shape: [2, 16, 16, 16])
        let losses = try (0..<20).map { _ in
            let value = try loss(network(images, training: true), labels: labels)
            try value.backward()
            try optimizer.step()
            try optimizer.clearGradients()
            return try value.item()
        }
        #expect(losses[19] < losses[0])
        let ours = zip(losses, expected.float64).map { abs($0 - $1) }.max() ?? 1
        let theirs = zip(expected.float32, expected.float64).map { abs($0 - $1) }.max() ?? 0
        #expect(ours <= 2 * theirs)
    }

    struct Baseline: Decodable {
        var size: [Int]
        var output: [Double]
        var gradientNorms: [Double]
    }

    /// Narrow ones, made by `Fixtures/baselines.py`.
    @Test(
        "the baselines are equal, forward and backward",
        arguments: ["unet3d", "vnet", "unet3d with thick slices", "vnet with thick slices"])
    func baselines(_ name: String) throws {
        let expected: [String: Baseline] = try fixture("baselines.json", in: .module)
        let baseline = try #require(expected[name])
        var generator = SeededGenerator(seed: 0)
        let isThick = name.hasSuffix("slices")
        func levels(_ poolings: Int) -> Pyramid {
            guard isThick else { return Pyramid(poolings: poolings) }
            return Pyramid(spacing: [1, 1, 4], size: [256, 256, 64], poolings: poolings)
        }
        let plan: any RunnablePlan =
            name.hasPrefix("vnet")
            ? VNetPlan(channels: 1, classes: 3, topWidth: 2, levels: levels(4))
            : UNet3DPlan(channels: 1, classes: 3, width: 2, levels: levels(3))
        let layers = try LayerList(plan.layers, device: .cpu, using: &generator)
        let parameters = layers.weights.parameters
        for (index, (name, parameter)) in parameters.enumerated() {
            try parameter.assign(value(name, parameter.shape, phase: Double(index)))
        }
        let images = try sines([1, 1] + baseline.size, phase: 0.4).cast(to: .float32)
            .laidOut(in: .channelsLast)
        let scores = try plan.run(ShardedTensor(images), through: layers, training: false).first
        #expect(relativeError(try scores.values, baseline.output) < 1e-4)
        try (scores * sines(scores.shape, phase: 100).cast(to: .float32)).sum().backward()
        let norms = try parameters.map { _, parameter in
            try #require(try parameter.gradient).cast(to: .float64).power(2).sum().item()
                .squareRoot()
        }
        let largest = baseline.gradientNorms.max() ?? 0
        for (index, name) in parameters.names.enumerated() {
            let expected = baseline.gradientNorms[index]
            #expect(abs(norms[index] - expected) < 1e-3 * max(expected, 1e-2 * largest), "\(name)")
        }
    }

    /// A network whose weights are those of the Python script, the one head there split by level here.
    private func network(_ expected: Case) throws -> Network {
        try network(
            expected.architecture, channels: expected.channels, classes: expected.classes,
            levels: expected.levels)
    }

    private func network(
        _ architecture: Architecture, channels: Int, classes: Int, levels: Pyramid? = nil
    ) throws -> Network {
        var generator = SeededGenerator(seed: 0)
        let plan = try NetworkPlan(
            architecture, channels: channels, classes: classes, levels: levels)
        let network = try Network(plan, using: &generator)
        let trunk = network.weights.parameters.filter { !$0.key.hasPrefix("head") }
        for (index, (name, parameter)) in trunk.enumerated() {
            try parameter.assign(value(name, parameter.shape, phase: Double(index)))
        }
        for (name, buffer) in network.weights.buffers {
            let isMean = name.hasSuffix("running_mean")
            let sine = try sines(buffer.shape, phase: isMean ? 1 : 2)
            try buffer.assign(isMean ? sine * 0.1 : sine * 0.3 + 1)
        }
        let heads = heads(of: network)
        let inputs = heads.map { $0.shape[1] }.reduce(0, +)
        let joined = try sines([classes, inputs, 1, 1, 1], phase: 50) / 4
        var start = 0
        for head in heads {
            try head.assign(joined.sliced(start..<start + head.shape[1], along: 1))
            start += head.shape[1]
        }
        try network.weights.parameters["head.0.conv.bias"]?
            .assign(sines([classes], phase: 51) / 4)
        return network
    }

    private func value(_ name: String, _ shape: [Int], phase: Double) throws -> Tensor {
        let sine = try sines(shape, phase: phase)
        if name.hasSuffix("norm.weight") { return try sine * 0.1 + 1 }
        if shape.count == 1 { return try sine * 0.1 }
        return try sine * (2 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
    }

    /// The weights of the heads, lowest level first: the order in which the script concatenates features.
    private func heads(of network: Network) -> [Tensor] {
        network.weights.parameters.filter { $0.key.hasPrefix("head") && $0.key.hasSuffix("weight") }
            .map(\.value)
    }

    private func gradient(_ name: String, of network: Network) throws -> Tensor {
        guard name == "head" else {
            return try #require(try network.weights.parameters[name]?.gradient).cast(to: .float64)
        }
        let parts = try heads(of: network).map { try #require(try $0.gradient).cast(to: .float64) }
        return try .concatenated(parts, along: 1)
    }
}

/// sin(0.7 i + phase) in row-major order, float64.
func sines(_ shape: [Int], phase: Double) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor((0..<count).map { sin(0.7 * Double($0) + phase) }, shape: shape)
}

extension Tensor {
    var values: [Double] {
        get throws { try detached().cast(to: .float64).array(of: Double.self) }
    }
}

/// The largest difference, relative to the largest expected magnitude.
func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
    let differences = zip(values, expected).map { abs($0 - $1) }
    guard values.count == expected.count, differences.allSatisfy(\.isFinite) else {
        return .infinity
    }
    return (differences.max() ?? 0) / max(expected.map(abs).max() ?? 0, 1e-6)
}
